-- time, key, entry
if redis.call('GET', entry_of(ARGV[2])) == ARGV[3] then delete(ARGV[2]) end
return true
