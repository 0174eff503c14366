package config

// LoadCommon reads what both services share, for commands that people run beside a service with the service's own environment or file.
// Program is "station" or "central". What only the service itself needs is neither read nor judged.
func LoadCommon(getenv Getenv, program string) (Common, error) {
	r := newReader(getenv)
	c := r.common(program)
	c.settings = r.settings
	if len(r.problems) > 0 {
		return c, r.problems
	}
	return c, nil
}
