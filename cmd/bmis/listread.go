package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/listfile"
	"github.com/openbmis/openbmis/internal/problem"
)

// listForm is how files of lists are to be read. Commands embed it.
type listForm struct {
	List   string `placeholder:"ID" help:"Id of the list. Default: un, ofac, eu, uk or national, by the form."`
	Format string `placeholder:"FORM" help:"Form of the file, one of ${forms}. Default: as the file looks."`
	Action string `placeholder:"CODE" default:"refuse" help:"What a sanctions list asks for."`
	JSON   bool   `help:"Print JSON."`
}

type listReadCommand struct {
	listForm
	Files []string `arg:"" name:"file" help:"Files; - is the standard input. alt.csv and the like belong to sdn.csv."`
	Notes bool     `help:"Print every note and the beginning of what is refused, which may be personal data."`
}

// Help is shown by bmis list read --help.
func (listReadCommand) Help() string {
	return `Prints the figures of each file, every entry and row that is refused with its line and the reason, and how much was
understood only partly. What was understood only partly is in the alert as text.
--json prints the alerts too, in the form that bmis list schema describes.

The exit code is 1 when something was refused, and 2 when a file cannot be read at all.`
}

// Run reads the files.
func (c listReadCommand) Run(a *app) error {
	out := bufio.NewWriter(a.Out)
	refused := 0
	lists, beside := companions(c.Files)
	for _, name := range lists {
		f, err := c.read(a, name, beside)
		if err != nil {
			return errors.Join(out.Flush(), err)
		}
		refused += len(f.Refused)
		if err := c.print(out, name, f); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if refused > 0 {
		return answer{fmt.Errorf("%d refused", refused), exitFailed}
	}
	return nil
}

// companions tells the lists among the files from what belongs to them. Alone, a file is a list whatever its name.
func companions(names []string) (lists []string, beside map[string]string) {
	beside = map[string]string{}
	for _, name := range names {
		kind := listfile.CompanionOf(name)
		if kind == "" || len(names) == 1 {
			lists = append(lists, name)
			continue
		}
		beside[kind] = name
	}
	return lists, beside
}

// read reads one file and what belongs to it.
func (c listForm) read(a *app, name string, beside map[string]string) (f listfile.File, err error) {
	o := listfile.Options{List: c.List, Format: listfile.Format(c.Format), Name: name, Action: alerts.Action(c.Action)}
	in := bufio.NewReaderSize(a.In, listfile.HeadLength)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return f, usageError{err}
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		in.Reset(file)
	}
	if o.Format == "" {
		head, err := in.Peek(listfile.HeadLength)
		if err != nil && !errors.Is(err, io.EOF) {
			return f, usageError{fmt.Errorf("%s: %w", name, err)}
		}
		o.Format = listfile.Detect(name, head)
	}
	o.List = cmp.Or(o.List, o.Format.List())
	if o.Format == listfile.OFACCSV {
		for kind, other := range beside {
			file, err := os.Open(other)
			if err != nil {
				return f, usageError{err}
			}
			defer func() { err = errors.Join(err, file.Close()) }()
			o.Companions.Set(kind, file)
		}
	}
	f, err = listfile.Read(in, o)
	if err != nil {
		return f, usageError{fmt.Errorf("%s: %w", name, inLine(err))}
	}
	return f, nil
}

// inLine is an error with the line that it is about.
func inLine(err error) error {
	var p *problem.Error
	if errors.As(err, &p) && p.Args["line"] != nil {
		return fmt.Errorf("line %v: %w", p.Args["line"], err)
	}
	return err
}

func (c listReadCommand) print(out *bufio.Writer, name string, f listfile.File) error {
	if c.JSON {
		lines := json.NewEncoder(out)
		lines.SetIndent("", " ")
		lines.SetEscapeHTML(false)
		return lines.Encode(f)
	}
	say(out, "%s: %s", name, f.Format)
	if !f.AsOf.IsZero() {
		say(out, ", of %s", f.AsOf)
	}
	say(out, "\n")
	n := f.Counts
	for _, line := range []struct{ what, said string }{
		{fmt.Sprint("entries ", n.Entries), figures(n.Kinds)}, {"names", figures(n.Names)}, {"scripts", figures(n.Scripts)},
		{fmt.Sprint("births ", n.Births), fmt.Sprintf("not a full date %d, ranges %d, circa %d", n.BirthsPartial, n.BirthRanges, n.BirthsCirca)},
		{"documents", figures(n.Documents)}, {fmt.Sprint("nationalities ", n.Nationalities), ""}, {fmt.Sprint("links ", n.Links), ""},
		{fmt.Sprint("remarks ", n.Remarks), ""}, {fmt.Sprint("refused ", n.Refused), ""}, {fmt.Sprint("notes ", n.Noted), figures(n.Notes)},
	} {
		say(out, "  %s\n", strings.TrimRight(line.what+": "+line.said, ": "))
	}
	c.printRefused(out, f)
	return nil
}

// say writes to out, which keeps an error until it is flushed.
func say(out *bufio.Writer, format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) }

// printRefused tells every refused entry, and with --notes what stands there and every note.
func (c listReadCommand) printRefused(out *bufio.Writer, f listfile.File) {
	for _, r := range f.Refused {
		say(out, "  line %d: %s: %s: %s\n", r.Line, r.Where, r.Code, r.Detail)
		if c.Notes {
			say(out, "    %s\n", r.Raw)
		}
	}
	if !c.Notes {
		return
	}
	for _, n := range f.Notes {
		say(out, "  line %d: %s %s: %s: %s\n", n.Line, n.Key, n.Field, n.Code, n.Value)
	}
}

// figures are counts in the order of their names.
func figures[K ~string](counts map[K]int) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		all = append(all, fmt.Sprintf("%s %d", cmp.Or(string(name), "unknown"), counts[name]))
	}
	return strings.Join(all, ", ")
}
