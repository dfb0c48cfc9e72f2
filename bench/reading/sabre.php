<?php
// sabre/vobject, the reader of Nextcloud: php sabre.php AUTOLOAD FEED
error_reporting(E_ALL & ~E_DEPRECATED);
require $argv[1];

function when($property): string
{
    $time = $property->getDateTime();
    if (strlen($property->getValue()) === 8) {
        return $time->format('Y-m-d');
    }
    $time = clone $time;
    return $time->setTimezone(new DateTimeZone('UTC'))->format('Y-m-d\TH:i:s\Z');
}

/** Up to version 2 it leaves what is escaped before commas and semicolons to its caller. */
function text(string $value): string
{
    $isOld = version_compare(Sabre\VObject\Version::VERSION, '3', '<');
    return $isOld ? str_replace(['\\,', '\\;'], [',', ';'], $value) : $value;
}

$found = [];
foreach (Sabre\VObject\Reader::read(file_get_contents($argv[2]))->select('VEVENT') as $event) {
    $texts = array_map(fn ($name) => text((string) $event->$name), ['SUMMARY', 'LOCATION', 'STATUS']);
    $found[] = [(string) $event->UID, when($event->DTSTART), when($event->DTEND), ...$texts];
}
echo json_encode($found, JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR);
