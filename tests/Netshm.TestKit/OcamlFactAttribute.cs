using Xunit;

namespace Netshm.TestKit;

/// <summary>A test that needs the real Ocamlnet; it is skipped where that is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OcamlFactAttribute : FactAttribute
{
    internal const string Reason =
        "needs ocamlfind and the package netshm (Debian: ocaml-nox ocaml-findlib libocamlnet-ocaml-dev)";

    /// <summary>Marks the test.</summary>
    public OcamlFactAttribute() => Skip = OcamlProgram.IsAvailable ? null : Reason;
}

/// <summary>A test with parameters that needs the real Ocamlnet; it is skipped where that is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OcamlTheoryAttribute : TheoryAttribute
{
    /// <summary>Marks the test.</summary>
    public OcamlTheoryAttribute() => Skip = OcamlProgram.IsAvailable ? null : OcamlFactAttribute.Reason;
}
