package demo

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/openbmis/openbmis/cmd/internal/central"
	"github.com/openbmis/openbmis/cmd/internal/station"
)

// TestMain makes the test binary the programs too: called by their names it is them.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "central":
		os.Exit(central.Main(os.Getenv, os.Stderr))
	case "station":
		os.Exit(station.Main(os.Getenv, os.Stderr))
	}
	os.Exit(m.Run())
}
