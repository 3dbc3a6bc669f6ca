# Hashes, arrays and strings, so many steps.
use strict;
use warnings;
my (%kept, @recent, $total);
for my $i (1 .. $ARGV[0]) {
    my $row = {name => "row $i", tail => [$i % 7, $i % 11]};
    $total += length($row->{name}) + $row->{tail}[0];
    $kept{$i * 7919 % 5003} = $row;
    push @recent, [$i, 'x' x ($i % 600)];
    splice @recent, 0, 500 if @recent > 1000;
    delete $kept{$i % 5003} if $i % 3 == 0;
}
print "$total\n";
