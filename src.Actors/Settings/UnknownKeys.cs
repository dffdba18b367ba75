using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Netshm.Actors.Settings;

/// <summary>
/// Finds what the configuration says that is no setting. It is worth a warning and not an error, since it may be a setting of
/// a later release, in a configuration that nodes of several releases share.
/// </summary>
internal static class UnknownKeys
{
    /// <summary>Sections of Akka, which has its own settings in them.</summary>
    private static readonly string[] s_sectionsOfAkka = ["table-dispatcher", "table-mailbox"];

    /// <summary>Compares the section <c>netshm</c> with the reference configuration, which has every setting.</summary>
    /// <returns>A sentence about each unknown key, which names the closest known one.</returns>
    public static IReadOnlyList<string> In(Config netshm)
    {
        Config reference = ReferenceConfig.Load().GetConfig("netshm");
        return
        [
            .. Beside(reference, netshm, "netshm"),
            .. InEachOf(netshm, "table", reference.GetConfig("default-table")),
            .. InEachOf(netshm, "sharded-table", reference.GetConfig("default-sharded-table")),
        ];
    }

    private static IEnumerable<string> InEachOf(Config netshm, string sections, Config reference) =>
        netshm.GetConfig(sections).AsEnumerable().Where(static section => section.Value.IsObject()).SelectMany(
            section => Beside(reference, ConfigOf(section.Value), $"netshm.{sections}.{section.Key}"));

    private static IEnumerable<string> Beside(Config reference, Config section, string path)
    {
        Dictionary<string, HoconValue> known = new(reference.AsEnumerable());
        foreach ((string key, HoconValue value) in section.AsEnumerable())
        {
            if (!known.TryGetValue(key, out HoconValue? expected))
            {
                yield return
                    $"{path}.{key} is no setting and has no effect; did you mean '{Likeness.ClosestTo(key, known.Keys)}'?";
            }
            else if (IsSectionOfOurs(key, expected) && value.IsObject())
            {
                foreach (string found in Beside(ConfigOf(expected), ConfigOf(value), $"{path}.{key}"))
                    yield return found;
            }
        }
    }

    /// <summary>An empty section of the reference has tables in it, which have names and not keys.</summary>
    private static bool IsSectionOfOurs(string key, HoconValue expected) =>
        expected.IsObject() && expected.GetObject().Items.Count > 0 && !s_sectionsOfAkka.Contains(key);

    private static Config ConfigOf(HoconValue section) => new(new HoconRoot(section));
}
