"""Tables, strings and lists, so many steps."""
import sys
kept, total = {}, 0
for i in range(int(sys.argv[1])):
    row = {"name": f"row {i}", "tail": [i % 7, i / 11, (i, i + 1)]}
    total += len(row["name"]) + row["tail"][0]
    kept[i * 7919 % 5003] = [row, b"x" * (i % 600)]
    if i % 3 == 0:
        kept.pop(i % 5003, None)
print(total)
