using Newtonsoft.Json;

namespace Netshm.Actors.Tests;

/// <summary>The verbs of <see cref="TypedTableRef{TKey, TValue}"/> and the JSON of its values.</summary>
public sealed class TypedTableRefTests : TableSpec
{
    private readonly TypedTableRef<string, User> _users;

    public TypedTableRefTests() =>
        _users = Sys.Netshm().OpenTable("test", DataManagers.String, new JsonDataManager<User>());

    public sealed record User(string Name, int Age, string[] Tags)
    {
        public bool Equals(User? other) =>
            other is not null && (Name, Age) == (other.Name, other.Age) && Tags.SequenceEqual(other.Tags);

        public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
    }

    private static User Ada { get; } = new("Ada", 36, ["é", "\"quoted\""]);

    private static User Bob { get; } = new("Bob", 5, []);

    [Fact]
    public async Task Each_verb_does_what_the_hash_table_does()
    {
        await _users.AddAsync("a", Ada);
        await _users.AddAsync("a", Bob);
        await _users.ReplaceAsync("b", Bob);
        Assert.Equal(Bob, await _users.FindAsync("a"));
        Assert.Equal([Bob, Ada], await _users.FindAllAsync("a"));
        Assert.Equal(Bob, (await _users.TryFindAsync("b")).Value);
        Assert.False((await _users.TryFindAsync("c")).HasValue);
        Assert.True(await _users.ContainsAsync("b"));
        Assert.False(await _users.ContainsAsync("c"));
        Assert.Equal(3, await _users.CountAsync());
        Assert.True(await _users.RemoveAsync("a"));
        Assert.False(await _users.RemoveAsync("c"));
        Assert.Equal(Ada, await _users.FindAsync("a"));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => _users.FindAsync("c"));
    }

    [Fact]
    public async Task Direct_reads_see_what_was_awaited()
    {
        await _users.ReplaceAsync("a", Ada);
        Assert.Equal(Ada, _users.Find("a"));
        Assert.True(_users.TryFind("a", out User? found));
        Assert.Equal(Ada, found);
        Assert.False(_users.TryFind("b", out _));
        Assert.True(_users.Contains("a"));
        Assert.Equal(1, _users.Count);
    }

    [Fact]
    public async Task Updates_of_many_at_once_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 100).Select(
            _ => _users.UpdateAsync("a", Bob, user => user with { Age = user.Age + 1 })));
        Assert.Equal(105, _users.Find("a").Age);
    }

    [Fact]
    public async Task A_group_has_the_verbs_too()
    {
        int count = await _users.GroupAsync(group =>
        {
            group.Add("a", Ada);
            group.Add("a", Bob);
            Assert.Equal([Bob, Ada], group.FindAll("a"));
            Assert.True(group.Remove("a"));
            group.Replace("b", group.Find("a"));
            Assert.True(group.TryFind("b", out User? found));
            Assert.Equal(Ada, found);
            Assert.False(group.Contains("c"));
            return group.Count;
        });
        Assert.Equal(2, count);
    }

    [Fact]
    public async Task Many_bindings_are_found_and_replaced_at_one_go()
    {
        await _users.GroupAsync(group =>
        {
            group.ReplaceMany([new("a", Ada), new("b", Ada), new("a", Bob)]);
            Assert.Equal([new(Bob), default, new(Ada)], group.FindMany(["a", "c", "b"]));
            return true;
        });
        Assert.Equal(2, _users.Count);
    }

    [Fact]
    public async Task A_typed_table_of_the_core_reads_the_same_bindings()
    {
        await _users.AddAsync("ä", Ada);
        using var direct = ShmHashtable<string, string>.Open(DataManagers.String, DataManagers.String, Temp.Name);
        Assert.Equal(JsonConvert.SerializeObject(Ada), direct.Find("ä"));
    }

    [Fact]
    public void Json_is_a_string_of_the_core_in_both_directions()
    {
        var json = new JsonDataManager<User>();
        int[] words = new int[json.LengthInWords(Ada)];
        json.Encode(Ada, words);
        Assert.Equal(JsonConvert.SerializeObject(Ada), DataManagers.String.Decode(words));
        Assert.Equal(Ada, json.Decode(words));
        Assert.True(json.Matches(words, Ada));
    }

    [Fact]
    public void A_value_that_changes_between_measuring_and_encoding_is_written_as_it_was_measured()
    {
        var json = new JsonDataManager<List<int>>();
        List<int> list = [1];
        int[] words = new int[json.LengthInWords(list)];
        list.AddRange(Enumerable.Range(0, 100));
        json.Encode(list, words);
        Assert.Equal([1], json.Decode(words));
    }

    [Fact]
    public void Json_of_value_types_and_null_is_written_and_read()
    {
        var numbers = new JsonDataManager<decimal?>();
        foreach (decimal? value in (decimal?[])[1.5m, null])
        {
            int[] words = new int[numbers.LengthInWords(value)];
            numbers.Encode(value, words);
            Assert.Equal(value, numbers.Decode(words));
        }
    }

    [Theory]
    [InlineData(64, null)]
    [InlineData(100, 100)]
    public void Json_is_written_as_deep_as_it_can_be_read(int deepest, int? maxDepth)
    {
        var json = new JsonDataManager<object[]>(
            maxDepth is { } depth ? new JsonSerializerSettings { MaxDepth = depth } : null);
        object[] value = [];
        for (int i = 1; i < deepest; i++)
            value = [value];
        int[] words = new int[json.LengthInWords(value)];
        json.Encode(value, words);
        _ = json.Decode(words);
        Assert.Throws<ArgumentException>(() => json.LengthInWords([value]));
    }

    [Fact]
    public void Json_names_and_makes_no_types_whatever_the_settings_say()
    {
        Func<JsonSerializerSettings>? before = JsonConvert.DefaultSettings;
        JsonConvert.DefaultSettings = () => new JsonSerializerSettings { TypeNameHandling = TypeNameHandling.All };
        try
        {
            AssertNamesNoTypes(new JsonDataManager<Box>());
            AssertNamesNoTypes(new JsonDataManager<Box>(new JsonSerializerSettings()));
            AssertNamesNoTypes(new JsonDataManager<Box>(
                new JsonSerializerSettings { TypeNameHandling = TypeNameHandling.Objects }));
        }
        finally
        {
            JsonConvert.DefaultSettings = before;
        }
    }

    [Fact]
    public void Json_makes_no_types_for_members_that_ask_for_it_either()
    {
        var json = new JsonDataManager<NamingBox>();
        Assert.Throws<ArgumentException>(() => json.LengthInWords(new NamingBox { Content = new Made() }));
        AssertMakesNothing(() => json.Decode(Text(TypeName())));
    }

    [Fact]
    public void Json_is_the_same_whatever_the_applications_defaults_are()
    {
        Func<JsonSerializerSettings>? before = JsonConvert.DefaultSettings;
        JsonConvert.DefaultSettings = () => new JsonSerializerSettings { Formatting = Formatting.Indented };
        try
        {
            var json = new JsonDataManager<User>();
            int[] words = new int[json.LengthInWords(Bob)];
            json.Encode(Bob, words);
            Assert.DoesNotContain("\n", DataManagers.String.Decode(words), StringComparison.Ordinal);
        }
        finally
        {
            JsonConvert.DefaultSettings = before;
        }
    }

    private static string TypeName() =>
        $$"""{"Content":{"$type":"{{typeof(Made).FullName}}, {{typeof(Made).Assembly.GetName().Name}}"} }""";

    private static int[] Text(string text)
    {
        int[] words = new int[DataManagers.String.LengthInWords(text)];
        DataManagers.String.Encode(text, words);
        return words;
    }

    private static void AssertNamesNoTypes(JsonDataManager<Box> json)
    {
        var box = new Box { Content = new Made() };
        int[] words = new int[json.LengthInWords(box)];
        json.Encode(box, words);
        Assert.DoesNotContain("$type", DataManagers.String.Decode(words), StringComparison.Ordinal);
        AssertMakesNothing(() => json.Decode(Text(TypeName())));
    }

    private static void AssertMakesNothing(Func<object> decode)
    {
        int made = Made.Count;
        try
        {
            Assert.IsNotType<Made>(decode() is Box box ? box.Content : null);
        }
        catch (FormatException)
        {
            // As good as a value without the type.
        }

        Assert.Equal(made, Made.Count);
    }

    private class Box
    {
        public object? Content { get; set; }
    }

    private sealed class NamingBox
    {
        [JsonProperty(TypeNameHandling = TypeNameHandling.All)]
        public object? Content { get; set; }
    }

    /// <summary>A type that a file names.</summary>
    private sealed class Made
    {
        public Made() => Count++;

        [JsonIgnore]
        public static int Count { get; private set; }
    }

    [Fact]
    public void What_is_no_json_of_the_type_is_a_format_error()
    {
        int[] words = new int[DataManagers.String.LengthInWords("[1, 2")];
        DataManagers.String.Encode("[1, 2", words);
        var e = Assert.Throws<FormatException>(() => new JsonDataManager<User>().Decode(words));
        Assert.Contains(nameof(User), e.Message, StringComparison.Ordinal);
    }
}
