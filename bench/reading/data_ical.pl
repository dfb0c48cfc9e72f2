# Data::ICal, as in Request Tracker: perl data_ical.pl FEED
use strict;
use warnings;
use Data::ICal;
use JSON::PP;

sub when {
    my ($written) = @_;
    return "$1-$2-$3T$4:$5:$6Z" if $written =~ /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
    return "$1-$2-$3" if $written =~ /^(\d{4})(\d\d)(\d\d)$/;
    return "floating $written";
}

open(my $file, "<:encoding(UTF-8)", $ARGV[-1]) or die $!;
my $text = do { local $/; <$file> };
my $calendar = Data::ICal->new(data => $text) or die "not read";
my @found;
for my $event (@{ $calendar->entries }) {
    next unless $event->ical_entry_type eq "VEVENT";
    my %said = map { my $all = $event->property($_); $_ => $all ? $all->[0]->decoded_value : "" }
        qw(uid dtstart dtend summary location status);
    push @found, [$said{uid}, when($said{dtstart}), when($said{dtend}), @said{qw(summary location status)}];
}
print JSON::PP->new->utf8->encode(\@found);
