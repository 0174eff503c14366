package station

import (
	"errors"
	"slices"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/alerts/hit"
	"github.com/openbmis/openbmis/api_pnr/expected"
	"github.com/openbmis/openbmis/border/file"
	"github.com/openbmis/openbmis/border/fingers"
	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres/evidencedb"
	"github.com/openbmis/openbmis/internal/postgres/hitdb"
	"github.com/openbmis/openbmis/internal/postgres/receiptdb"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/postgres/stationdb"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/internal/postgres/visadb/signers"
	"github.com/openbmis/openbmis/traveldoc/trust"
	"github.com/openbmis/openbmis/ui/biometrics"
	"github.com/openbmis/openbmis/ui/entryrules"
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
	sinks := map[string]relaydb.Sink{
		alerts.ListsDataset: stationdb.AlertSink{}, file.Dataset: a.fileSink(), receipt.Dataset: receiptdb.Sink{}, trust.Dataset: trustdb.Sink{},
		evidencedb.KeyDataset: evidencedb.Sink{}, hit.AnswersDataset: hitdb.Sink{},
		fingers.ToldDataset: a.taskSink(), signers.Dataset: signers.Sink{},
	}
	a.visaSinks(sinks)
	if a.expects() {
		sinks[expected.Dataset] = a.expectedSink()
	}
	return sinks
}

// applied is told of every new version of a dataset. It must not block.
func (a *app) applied(dataset string, _ int64) {
	switch dataset {
	case alerts.ListsDataset:
		a.list.changed()
	case trust.Dataset:
		a.trust.changed()
	case signers.Dataset:
		a.seals.changed()
	case hit.AnswersDataset:
		a.hits.changed()
	case expected.Dataset:
		a.expected.Nudge()
	case evisa.DatasetVisas:
		a.visasChanged()
	case evisa.DatasetRules:
		a.rulesChanged()
	}
}

// nav are the parts' places in the navigation, in the order shown: what waits for somebody, then what is looked up.
func (a *app) nav() []view.NavItem {
	items := []view.NavItem{secondline.Nav(), hits.Nav()}
	items = append(items, a.expectedNav()...)
	items = append(items, taskNav()...)
	items = append(items, shiftNav())
	items = append(items, a.filesNav()...)
	items = append(items, entryrules.Nav(), rechecks.Nav(), protectionNav(), refusalNav(), passes.Nav(), receipts.Nav(), exhibits.Nav(), readers.Nav(), trustui.Nav(), biometrics.Nav())
	items = append(items, a.trainingNav()...)
	for i := range items {
		items[i].Seldom = slices.Contains([]string{"/entry-rules", "/files", "/duplicates", "/rechecks", "/refusals", "/passes", "/verify", "/exhibits", "/training", "/readers", "/trust", "/biometrics", "/adjudication/search"}, items[i].Href)
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
	a.registerExpected(s)
	a.registerEntryRules(s)
	a.registerTasks(s)
	a.registerPrintState(s)
	a.registerEvidence(s)
	a.registerTrust(s)
	return errors.Join(
		a.registerFiles(s),
		a.registerSecondLine(s),
		a.registerProtection(s),
		a.registerRefusals(s),
	)
}
