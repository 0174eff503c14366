package demo

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/auth"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// trustRemark marks what the demo publishes.
const trustRemark = "TRAINING MATERIAL of the made-up country Utopia: its keys are public. Only posts whose BMIS_STATE is UTO use it."

// trustMaterial publishes the anchors of Utopia at the first start, so that its chips can be judged at the demo's stations. It goes the
// way of every import, and the audit log says that the installation did both parts: nobody is signed in yet.
func (d *demo) trustMaterial(ctx context.Context, db config.Database) error {
	return d.withDatabase(ctx, db, func(open *postgres.DB) error {
		versions, err := centraldb.NewReference(open).Versions(ctx)
		if err != nil || versions[trust.Dataset].Version > 0 {
			return err
		}
		country, err := specimen.New(specimen.Seed(specimen.DemoSeed), traveldoc.DateOf(d.tools.Now().UTC()))
		if err != nil {
			return err
		}
		centre := trustdb.NewCentre(trustdb.CentreConfig{DB: open, Now: d.tools.Now, NewID: d.tools.NewID})
		anchors := country.Anchors()
		for _, name := range orderOf(anchors) {
			if err := publishTrust(ctx, centre, "utopia-"+name, anchors[name]); err != nil {
				return fmt.Errorf("trust material %s: %w", name, err)
			}
		}
		return nil
	})
}

// orderOf lets authorities come before what they sign.
func orderOf(anchors map[string][]byte) []string {
	names := slices.Sorted(maps.Keys(anchors))
	return append([]string{"csca.cer"}, slices.DeleteFunc(names, func(n string) bool { return n == "csca.cer" })...)
}

func publishTrust(ctx context.Context, centre *trustdb.Centre, name string, data []byte) error {
	first, second := trustInstaller("demo-first"), trustInstaller("demo-second")
	p, err := centre.Propose(ctx, first, trustdb.Submission{File: name, Data: data, Origin: trust.Bilateral, Remark: trustRemark})
	if err != nil {
		return err
	}
	if _, err := centre.Review(ctx, second, p.ID, 0); err != nil {
		return err
	}
	_, err = centre.Approve(ctx, second, p.ID)
	return err
}

// trustInstaller acts with the power that imports need, under a name that is nobody's.
func trustInstaller(id string) audit.Actor {
	return audit.Actor{ID: id, Name: id, Role: string(auth.RoleAdministrator), Post: "central", Workstation: "console"}
}
