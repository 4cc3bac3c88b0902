-- Puts what was set aside back at the end of the outbox, under new entry ids; 'entry' keeps the id
-- by which the ledger is to know it.
--
-- KEYS 1 outbox, 2 refused: streams. Answers how many entries.
local found = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 500)
for _, each in ipairs(found) do
  local fields, entry = {}, nil
  for number = 1, #each[2], 2 do
    local name, value = each[2][number], each[2][number + 1]
    if name == '#entry' then entry = entry or value
    elseif name == 'entry' then entry = value
    elseif name ~= '#why' then
      fields[#fields + 1] = name
      fields[#fields + 1] = value
    end
  end
  redis.call('XADD', KEYS[1], '*', 'entry', entry, unpack(fields))
  redis.call('XDEL', KEYS[2], each[1])
end
return #found
