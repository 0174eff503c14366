package carrierdb

import "time"

// LookEvery sets how often Watch looks without being told.
func (s *Store) LookEvery(d time.Duration) { s.lookEvery = d }
