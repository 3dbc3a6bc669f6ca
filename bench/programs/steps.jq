# Objects, arrays and strings, $steps of them.
[range($steps) | {name: "row \(.)", tail: [. % 7, . / 11]}]
| map(.size = (.name | length) | del(.name))
| group_by(.tail[0]) | map(map(.size) | add) | add
