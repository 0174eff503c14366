package station

import (
	"errors"
	"fmt"
	"strings"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/crosscheck"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/picture"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/scan"
	"github.com/openbmis/openbmis/traveldoc/specimen"
)

// documentChecks are the checks that hold the document against itself, its rules and its lists.
func (a *app) documentChecks() ([]border.Check, error) {
	rules, err := crosscheck.LoadRules(a.cfg.Documents.Rules)
	lists, listErr := crosscheck.LoadLists(a.cfg.Documents.Lists)
	pages, scanErr := scan.New()
	if err := errors.Join(err, listErr, scanErr); err != nil {
		return nil, err
	}
	equipment := map[config.DocumentReader]crosscheck.Equipment{
		config.PageReader: crosscheck.PageReaders, config.ChipReader: crosscheck.ChipReaders,
	}[a.cfg.Documents.Reader]
	return []border.Check{
		crosscheck.DocumentRules{Rules: rules},
		crosscheck.Page{Rules: rules, Equipment: equipment},
		crosscheck.Chip{Rules: rules, Equipment: equipment, Trust: a.trust.trust},
		crosscheck.Seals{Rules: rules, Trust: a.sealTrust, Signers: a.sealSigners},
		crosscheck.Images{Rules: rules, Equipment: equipment, Zone: a.zoneOf(pages)},
		crosscheck.ListCheck{Rules: rules, Lists: func() crosscheck.Lists { return lists }},
	}, nil
}

// training reports whether the crossing point is that of the country that does not exist: there its codes are no finding.
func (a *app) training() bool { return a.cfg.State == specimen.State }

// zoneOf reads the zone of a page for the check of its image: what the cells alone say, for a repaired reading would hide a forger's
// work.
func (a *app) zoneOf(pages *scan.Reader) func(reader.Image) (crosscheck.Grid, error) {
	return func(page reader.Image) (crosscheck.Grid, error) {
		img, _, err := picture.Decode(page.Data, picture.DefaultLimits())
		if err != nil {
			return crosscheck.Grid{}, err
		}
		read, err := pages.Read(img, traveldoc.DateOf(a.tools.Now().In(a.cfg.Zone)), scan.Options{Training: a.training()})
		if err != nil {
			return crosscheck.Grid{}, err
		}
		grid := crosscheck.Grid{Text: strings.Join(read.Raw, "\n")}
		for line, characters := range read.Characters {
			for at, c := range characters {
				if c.Extraordinary {
					grid.Odd = append(grid.Odd, fmt.Sprintf("%d:%d", line+1, at+1))
				}
			}
		}
		return grid, nil
	}
}
