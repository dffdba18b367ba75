using System.Collections.Concurrent;
using Akka.Actor;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests;

/// <summary>
/// A subscriber that is no actor of its own but a function, as the StageActor of Akka.Streams is: whatever is sent to it comes to
/// the code behind it, and nobody answers for it.
/// </summary>
public sealed class FunctionSubscriberTests() : TableSpec("change-feed-capacity = 4096")
{
    private const int Changes = 2000;

    [Fact]
    public async Task It_is_told_everything_and_asked_nothing()
    {
        var heard = new BlockingCollection<object>();
        IActorRefProvider provider = ((ExtendedActorSystem)Sys).Provider;
        Table.Subscribe(new Function(provider, new RootActorPath(provider.DefaultAddress) / "user" / "$$f", heard.Add));
        for (int i = 0; i < Changes; i++)
            await Table.ReplaceAsync(i, []);

        Assert.Equal(new Subscribed("test", 1), Next());
        for (int number = 1; number <= Changes; number++)
            Assert.Equal(number, Assert.IsType<Changed>(Next()).Number);

        object Next() => heard.TryTake(out object? message, Patience) ? message : throw new TimeoutException("nothing comes");
    }

    /// <summary>A function that can be told messages.</summary>
    private sealed class Function(IActorRefProvider provider, ActorPath path, Action<object> hear) : MinimalActorRef
    {
        public override IActorRefProvider Provider => provider;

        public override ActorPath Path => path;

        protected override void TellInternal(object message, IActorRef sender) => hear(message);
    }
}
