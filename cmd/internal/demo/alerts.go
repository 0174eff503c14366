package demo

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/openbmis/openbmis/alerts"
	"github.com/openbmis/openbmis/cmd/internal/simulate"
	"github.com/openbmis/openbmis/internal/audit"
	"github.com/openbmis/openbmis/internal/config"
	"github.com/openbmis/openbmis/internal/postgres"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/listdb"
	"github.com/openbmis/openbmis/traveldoc"
)

// seed makes the demo's people; it is the same at every start, so that travellers come back.
const seed = 20261121

// listed are the first entries of the national alert list. All names are made up.
var listed = []struct {
	surname, given, birth, sex, nationality string
	number, issuer                          string
	action, reason                          string
}{
	{"VARGHESE OKORO", "DEMIAN", "1979-03-14", "M", "GBR", "", "", "refer", "Wanted for questioning in a fraud case"},
	{"LINDQVIST MAREK", "ILSE", "1988-11-02", "F", "D", "C4F7K2M91", "D", "detain", "Arrest warrant of the national court"},
	{"TAVORA QUIROGA", "BASILIO", "1965-07-30", "M", "ESP", "", "", "observe", "Report time and route, do not inform"},
	{"EL HADDOUR", "SIHAM", "1992-01-19", "F", "MAR", "QK8823417", "MAR", "protect", "Missing person, may be under pressure"},
	{"PETROVNA SOLL", "ANNIKA", "1971-09-08", "F", "FRA", "", "", "refer", "Entry ban after a removal"},
	{"OBASANYA", "TEMITOPE", "1983-05-25", "M", "SEN", "A77120934", "SEN", "seize_document", "Passport reported stolen"},
	{"DE LA FUENTE OROS", "MARCELA", "1996-12-11", "F", "BRA", "", "", "refer", "Witness in a trafficking case, second line only"},
	{"KOWALCZUK BRANN", "THADDEUS", "1958-02-03", "M", "USA", "", "", "inform", "Court order: inform the registry of arrival"},
	{"HAMADA REIS", "KENTARO", "1990-06-17", "M", "JPN", "ZX5512087", "JPN", "seize_document", "Blank passport stolen from an office"},
	{"MONTCLAIR VESEY", "AURORE", "2009-04-21", "F", "FRA", "", "", "protect", "Child, parent without custody may try to leave"},
	{"RAHMANI TOURE", "IDRISS", "1976-10-05", "M", "EGY", "", "", "detain", "Escaped from custody"},
	{"", "", "", "", "", "P00917263", "GBR", "seize_document", "Passport lost and reported"},
}

// alertList puts the first alerts on the national list, if nothing is on it yet.
func (d *demo) alertList(ctx context.Context, db config.Database) error {
	return d.withDatabase(ctx, db, func(open *postgres.DB) error {
		versions, err := centraldb.NewReference(open).Versions(ctx)
		if err != nil {
			return err
		}
		if versions[alerts.ListsDataset].Version > 0 {
			return nil
		}
		flat, err := d.entries()
		if err != nil {
			return err
		}
		entries := make([]alerts.Alert, len(flat))
		for i := range flat {
			entries[i] = flat[i].Alert(listdb.National)
		}
		first, second := listdb.Person{Actor: installer("central")}, listdb.Person{Actor: installer("central")}
		second.ID = "demo-second"
		lists := listdb.New(listdb.Config{DB: open, Now: d.tools.Now, NewID: d.tools.NewID})
		national := listdb.List{ID: listdb.National, Title: "National alert list", Owner: "UTO-POLICE"}
		_, err = lists.Add(ctx, first, second, national, entries...)
		return err
	})
}

func (d *demo) entries() ([]alerts.Flat, error) {
	today := traveldoc.DateOf(d.tools.Now().UTC())
	made := make([]alerts.Flat, len(listed))
	for i, l := range listed {
		born, err := parseBirth(l.birth)
		if err != nil {
			return nil, fmt.Errorf("alert %d: %w", i+1, err)
		}
		made[i] = alerts.Flat{
			ID: fmt.Sprintf("N-%04d", i+1), Surname: l.surname, GivenNames: l.given, BirthDate: born, Sex: l.sex, Nationality: l.nationality,
			DocumentNumber: l.number, IssuingState: l.issuer, Action: l.action, Reason: l.reason, ValidFrom: today,
		}
	}
	return made, nil
}

// parseBirth reads a date of birth; a document without a person has none.
func parseBirth(s string) (traveldoc.Date, error) {
	if s == "" {
		return traveldoc.Date{}, nil
	}
	return traveldoc.ParseDate(s)
}

// wanted are the listed people as travellers; a document without a person has no traveller.
func (d *demo) wanted() ([]simulate.Person, error) {
	entries, err := d.entries()
	if err != nil {
		return nil, err
	}
	today := traveldoc.DateOf(d.tools.Now().UTC())
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // the same people at every start
	var people []simulate.Person
	for _, e := range entries {
		if e.Surname == "" {
			continue
		}
		identity := traveldoc.Identity{Surname: e.Surname, GivenNames: e.GivenNames, BirthDate: e.BirthDate, Sex: e.Sex, Nationality: e.Nationality}
		people = append(people, simulate.Listed(random, identity, e.DocumentNumber, e.IssuingState, today))
	}
	return people, nil
}

// installer is who the audit log names for what the demo does before anybody can sign in.
func installer(program string) audit.Actor {
	return audit.Actor{ID: "demo", Role: "installation", Post: program, Workstation: "console"}
}
