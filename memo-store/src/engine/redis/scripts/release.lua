-- time, holder, and each key with its number
local holder = ARGV[2]

write_though_full()
for i = 3, #ARGV, 2 do
    local key, number = ARGV[i], ARGV[i + 1]
    local held = redis.call('HGET', holds_on(key), holder)
    if held and not less(number, held) then let_go(key, holder) end
    end_claim(key, holder)
end
return true
