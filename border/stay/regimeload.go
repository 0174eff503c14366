package stay

import (
	"fmt"
	"os"
)

// LoadRegimes reads the file that an operator configured; no path is the default rule for everybody. The error names the file.
func LoadRegimes(path string) (Regimes, error) {
	if path == "" {
		return Regimes{}, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Regimes{}, fmt.Errorf("rules of stay: %w", err)
	}
	r, err := ParseRegimes(text)
	if err != nil {
		return Regimes{}, fmt.Errorf("rules of stay: %s: %w", path, err)
	}
	return r, nil
}
