-- The team: there is always somebody who can run the portal.

-- Of two owners who demote or deactivate each other at the same moment, the second is refused here,
-- whatever both read a moment before. An owner counts once they have joined.
CREATE TRIGGER staff_keeps_an_owner BEFORE UPDATE OF role, deactivated_at ON staff
WHEN OLD.role = 'owner' AND OLD.deactivated_at IS NULL AND OLD.joined_at IS NOT NULL
 AND (NEW.role <> 'owner' OR NEW.deactivated_at IS NOT NULL)
 AND NOT EXISTS (SELECT 1 FROM staff WHERE role = 'owner' AND deactivated_at IS NULL
  AND joined_at IS NOT NULL AND id <> OLD.id)
BEGIN SELECT RAISE(ABORT, 'conflict: the last owner'); END;
