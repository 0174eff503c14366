package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/traveldoc/specimen/page"
)

type specimenCommand struct {
	Folder string   `arg:"" name:"dir" help:"Folder to write to; it is made when it is missing."`
	Case   []string `placeholder:"NAME" help:"Write this case alone; may be given several times. A wrong name lists all."`
	Seed   uint64   `default:"1" help:"Seed of the country's keys and people; 1 is the demo's country."`
	Date   string   `placeholder:"YYYY-MM-DD" help:"The country's today. Default: today."`
	DPI    int      `default:"300" help:"Resolution of the pages."`
}

// Help is shown by bmis specimen --help.
func (specimenCommand) Help() string {
	return `Writes documents of Utopia (UTO), a country that does not exist, for trying the other tools: DIR/trust holds its certificates,
revocation list and master list, DIR/CASE the pages, the files of the chip and what a correct inspection finds (expected.json).

    bmis specimen /tmp/utopia
    bmis scan /tmp/utopia/genuine/page-white-0.jpg
    bmis chip verify --sod /tmp/utopia/altered_dg/chip/SOD.bin --dg 2=/tmp/utopia/altered_dg/chip/DG2.bin --trust /tmp/utopia/trust/csca.cer
    bmis seal /tmp/utopia/visa/page-white-1.jpg --signer /tmp/utopia/trust/seal-signer.cer
    bmis trust check /tmp/utopia/trust/masterlist.ml

The same seed and date write the same files. Whoever knows the seed can sign documents of Utopia: never import its certificates where
travellers are admitted.`
}

// Run writes the cases.
func (c specimenCommand) Run(a *app) error {
	country, err := c.country(a.Now())
	if err != nil {
		return usageError{fmt.Errorf("specimen: %w", err)}
	}
	cases, err := c.cases()
	if err != nil {
		return usageError{err}
	}
	if err := writeFiles(filepath.Join(c.Folder, "trust"), country.Anchors()); err != nil {
		return err
	}
	table := tabwriter.NewWriter(a.Out, 0, 0, 2, ' ', 0)
	for _, k := range cases {
		made, err := k.Build(country, specimen.Options{DPI: c.DPI})
		if err != nil {
			return err
		}
		files, err := made.Files()
		if err != nil {
			return err
		}
		folder := filepath.Join(c.Folder, k.Name)
		if err := writeFiles(folder, files); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(table, "%s\t%s\n", folder, k.About); err != nil {
			return fmt.Errorf("specimen: %w", err)
		}
	}
	_, err = fmt.Fprintf(table, "%s\t%s\n", filepath.Join(c.Folder, "trust"), "Certificates, revocation list and master list of Utopia.")
	return errors.Join(err, table.Flush())
}

func (c specimenCommand) country(now time.Time) (*specimen.Country, error) {
	today := traveldoc.DateOf(now)
	if c.Date != "" {
		var err error
		if today, err = traveldoc.ParseDate(c.Date); err != nil {
			return nil, err
		}
	}
	if c.DPI < page.MinDPI || c.DPI > page.MaxDPI {
		return nil, fmt.Errorf("%d dpi: expected %d to %d", c.DPI, page.MinDPI, page.MaxDPI)
	}
	return specimen.New(specimen.Seed(c.Seed), today)
}

// cases are the ones asked for, or all.
func (c specimenCommand) cases() ([]specimen.Case, error) {
	if len(c.Case) == 0 {
		return specimen.Cases(), nil
	}
	cases := make([]specimen.Case, 0, len(c.Case))
	for _, name := range c.Case {
		k, err := specimen.CaseNamed(name)
		if err != nil {
			return nil, err
		}
		cases = append(cases, k)
	}
	return cases, nil
}

// writeFiles writes files below a folder, over those of the same names.
func writeFiles(folder string, files map[string][]byte) error {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return fmt.Errorf("specimen: %w", err)
		}
		if err := os.WriteFile(path, files[name], 0o600); err != nil {
			return fmt.Errorf("specimen: %w", err)
		}
	}
	return nil
}
