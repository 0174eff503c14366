package assets_test

import "time"

// patience is how long a test waits for what must come; tick is how often it looks.
const (
	patience = time.Minute
	tick     = 10 * time.Millisecond
)
