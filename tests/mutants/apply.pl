# Applies one mutant to a copy of the source tree: apply.pl MUTANT DIRECTORY
use strict;
use warnings;

my ($mutant, $root) = @ARGV;
open my $in, '<', $mutant or die "$mutant: $!\n";
chomp(my $path = <$in>);
my ($old, $new) = ('', '');
while (my $line = <$in>) {
    if ($line =~ s/^-//) { $old .= $line; }
    elsif ($line =~ s/^\+//) { $new .= $line; }
    else { die "$mutant: a line begins with neither - nor +: $line"; }
}
# The last line may stand for the beginning of one, so that what follows on it need not be told.
chomp $old;
chomp $new;
$path =~ s{^src/}{};
open my $source, '<', "$root/$path" or die "$root/$path: $!\n";
my $text = do { local $/; <$source> };
my $count = () = $text =~ /\Q$old\E/g;
die "$mutant: its text is $count times in $path; expected once\n" if $count != 1;
$text =~ s/\Q$old\E/$new/;
open my $out, '>', "$root/$path" or die "$root/$path: $!\n";
print $out $text;
