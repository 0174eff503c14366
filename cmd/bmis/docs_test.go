package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

const commandsHead = `# Commands

What ` + "`bmis`" + ` does, from its own help: ` + "`bmis COMMAND --help`" + ` says more of some. This page is made by ` + "`BMIS_UPDATE_GOLDEN=1 go test ./cmd/bmis -run Documented`" + `.
`

// docs/commands.md has every command and every flag with its words, and no other.
func TestEveryCommandIsDocumented(t *testing.T) {
	parser, err := parserOf(&app{Out: io.Discard, Err: io.Discard, Now: time.Now, Exit: func(int) {}})
	require.NoError(t, err)
	var made strings.Builder
	made.WriteString(commandsHead)
	for _, top := range parser.Model.Children {
		fmt.Fprintf(&made, "\n## %s\n%s\n", top.Name, top.Help)
		for _, leaf := range leaves(top) {
			document(&made, leaf, leaf != top)
		}
	}
	const page = "../../docs/commands.md"
	if os.Getenv("BMIS_UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(page, []byte(made.String()), 0o644))
	}
	kept, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Equal(t, string(kept), made.String())
}

func leaves(n *kong.Node) []*kong.Node {
	if len(n.Children) == 0 {
		return []*kong.Node{n}
	}
	var all []*kong.Node
	for _, child := range n.Children {
		all = append(all, leaves(child)...)
	}
	return all
}

// document writes how a command is called, what it does and what its flags are for.
func document(to io.Writer, n *kong.Node, say bool) {
	call := n.FullPath()
	for _, p := range n.Positional {
		call += " " + p.Summary()
	}
	_, _ = fmt.Fprintf(to, "\n`%s`", call) // a strings.Builder takes everything
	if say {
		_, _ = fmt.Fprintf(to, ": %s", n.Help)
	}
	_, _ = fmt.Fprintln(to)
	for _, p := range n.Positional {
		_, _ = fmt.Fprintf(to, "- `%s`: %s\n", p.Summary(), p.Help)
	}
	for _, f := range n.Flags {
		short := ""
		if f.Short != 0 {
			short = fmt.Sprintf("-%c, ", f.Short)
		}
		_, _ = fmt.Fprintf(to, "- `%s%s`: %s\n", short, f.Summary(), f.Help)
	}
}
