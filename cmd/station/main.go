// Command station is the crossing point's service: counter, local database, checks, relay to the centre. docs/operations.md says
// how it is configured.
package main

import (
	"os"

	"github.com/openbmis/openbmis/cmd/internal/station"
)

func main() { os.Exit(station.Main(os.Getenv, os.Stderr)) }
