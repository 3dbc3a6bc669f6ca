-- Tables, strings and closures, so many steps.
local steps, kept, sum = tonumber(arg[1]), {}, 0
for i = 1, steps do
    local row = {i, name = "row " .. i, tail = {i % 7, i % 11}}
    row.get = function() return row.tail[1] + #row.name end
    sum = sum + row.get()
    kept[i * 7919 % 5003] = row
    if i % 3 == 0 then
        kept[i % 5003] = nil
    end
end
print(sum)
