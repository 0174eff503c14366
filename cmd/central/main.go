// Command central is the national node: it receives what stations report, publishes reference data and serves the analysts.
package main

import (
	"os"

	"github.com/openbmis/openbmis/cmd/internal/central"
)

func main() { os.Exit(central.Main(os.Getenv, os.Stderr)) }
