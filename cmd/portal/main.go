// Command portal is the public portal of visas alone: it reaches nothing but its own schema of the centre's database.
package main

import (
	"os"

	"github.com/openbmis/openbmis/cmd/internal/portal"
)

func main() { os.Exit(portal.Main(os.Getenv, os.Stderr)) }
