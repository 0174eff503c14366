package station

import (
	"errors"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/crosscheck"
	"github.com/openbmis/openbmis/internal/config"
)

// documentChecks are the checks that hold the document against itself, its rules and its lists.
func (a *app) documentChecks() ([]border.Check, error) {
	rules, err := crosscheck.LoadRules(a.cfg.Documents.Rules)
	lists, listErr := crosscheck.LoadLists(a.cfg.Documents.Lists)
	if err := errors.Join(err, listErr); err != nil {
		return nil, err
	}
	equipment := map[config.DocumentReader]crosscheck.Equipment{
		config.PageReader: crosscheck.PageReaders, config.ChipReader: crosscheck.ChipReaders,
	}[a.cfg.Documents.Reader]
	return []border.Check{
		crosscheck.DocumentRules{Rules: rules},
		crosscheck.Page{Rules: rules, Equipment: equipment},
		crosscheck.Chip{Rules: rules, Equipment: equipment, Trust: a.trust.trust},
		crosscheck.Seals{Rules: rules, Trust: a.trust.trust, Signers: a.trust.sealSigners},
		crosscheck.Images{Rules: rules, Equipment: equipment},
		crosscheck.ListCheck{Rules: rules, Lists: func() crosscheck.Lists { return lists }},
	}, nil
}
