package station

import (
	"errors"
	"slices"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/hitdb"
	"github.com/openbmis/openbmis/internal/postgres/receiptdb"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/traveldoc/trust"
	"github.com/openbmis/openbmis/ui/exhibits"
	"github.com/openbmis/openbmis/ui/hits"
	"github.com/openbmis/openbmis/ui/passes"
	"github.com/openbmis/openbmis/ui/readers"
	"github.com/openbmis/openbmis/ui/receipts"
	"github.com/openbmis/openbmis/ui/rechecks"
	"github.com/openbmis/openbmis/ui/secondline"
	trustui "github.com/openbmis/openbmis/ui/trust"
	"github.com/openbmis/openbmis/ui/view"
	"github.com/openbmis/openbmis/ui/web"
)

// The parts of a station besides the counter. Each has a file of its own in this package; here is where they are put together.

// sinks are where reference data goes, by dataset.
func (a *app) sinks() map[string]relaydb.Sink {
	return map[string]relaydb.Sink{
		alerts.ListsDataset: stationdb.AlertSink{}, file.Dataset: a.fileSink(), receipt.Dataset: receiptdb.Sink{}, trust.Dataset: trustdb.Sink{},
		evidencedb.KeyDataset: evidencedb.Sink{}, hit.AnswersDataset: hitdb.Sink{},
	}
}

// applied is told of every new version of a dataset. It must not block.
func (a *app) applied(dataset string, _ int64) {
	switch dataset {
	case alerts.ListsDataset:
		a.list.changed()
	case trust.Dataset:
		a.trust.changed()
	case hit.AnswersDataset:
		a.hits.changed()
	}
}

// nav are the parts' places in the navigation, in the order shown: what waits for somebody, then what is looked up.
func (a *app) nav() []view.NavItem {
	items := []view.NavItem{secondline.Nav(), hits.Nav(), shiftNav()}
	items = append(items, a.filesNav()...)
	items = append(items, rechecks.Nav(), protectionNav(), refusalNav(), passes.Nav(), receipts.Nav(), exhibits.Nav(), readers.Nav(), trustui.Nav())
	items = append(items, a.trainingNav()...)
	for i := range items {
		items[i].Seldom = slices.Contains([]string{"/files", "/duplicates", "/rechecks", "/refusals", "/passes", "/verify", "/exhibits", "/training", "/readers", "/trust"}, items[i].Href)
	}
	return items
}

// register registers the parts' routes.
func (a *app) register(s *web.Server) error {
	a.shifts.Register(s)
	a.registerReceipts(s)
	a.registerTraining(s)
	a.registerRechecks(s)
	a.registerHits(s)
	a.registerEvidence(s)
	a.registerTrust(s)
	return errors.Join(
		a.registerFiles(s),
		a.registerSecondLine(s),
		a.registerProtection(s),
		a.registerRefusals(s),
	)
}
