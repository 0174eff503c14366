package visadb_test

import (
	"crypto/rand"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/internal/postgres/visadb"
	"github.com/openbmis/openbmis/traveldoc"
)

// of is a visa of somebody, on a passport.
func (d *desk) of(who traveldoc.Identity, passport string) evisa.Visa {
	a := anna()
	a.Identity, a.Document.Number, a.Reference = who, passport, evisa.Reference("R"+passport)
	return d.issued(grant(a))
}

// numbers are the visas that the centre finds of somebody on a passport.
func (d *desk) numbers(who traveldoc.Identity, passport string) (list []evisa.Number) {
	found, err := visadb.NewRegistry(d.reg).Find(d.ctx, evisa.Query{Identity: who, Document: traveldoc.Document{Number: passport}})
	require.NoError(d.t, err)
	for _, r := range found.Rows {
		list = append(list, r.Number)
	}
	return list
}

// The centre holds people alike as a crossing point does: names that a zone cut short, parts in another order, birth dates that are not
// whole, all with a renewed passport; also once the visa was reissued. Who is somebody else stays so.
func TestTheCentreFindsAPersonAsAPostDoes(t *testing.T) {
	d := openDesk(t, rand.Reader)
	whole := traveldoc.Identity{Surname: "PAPANDROPOULOS", GivenNames: "JONATHON ALEC", BirthDate: date("1974-08-12"), Sex: "M", Nationality: "UTO"}
	v := d.of(whole, "P1")
	with := func(surname, given, birth string) traveldoc.Identity {
		return traveldoc.Identity{Surname: surname, GivenNames: given, BirthDate: date(birth)}
	}
	same := map[string]traveldoc.Identity{
		"whole": whole, "cut short": with("PAPANDROPOULOS", "JONATHON ALE", "1974-08-12"), "surname cut": with("PAPANDRO", "JONATHON", "1974-08-12"),
		"fewer names": with("PAPANDROPOULOS", "ALEC", "1974-08-12"), "day not known": with("PAPANDROPOULOS", "JONATHON", "1974-08"),
		"year alone": with("PAPANDROPOULOS", "JONATHON", "1974"), "written in one": with("PAPANDROPOULOS JONATHON", "", "1974-08-12"),
	}
	for name, who := range same {
		require.Equal(t, []evisa.Number{v.Number}, d.numbers(who, "NEW77"), name)
	}
	for name, who := range map[string]traveldoc.Identity{
		"another given name": with("PAPANDROPOULOS", "MARIA", "1974-08-12"), "another day": with("PAPANDROPOULOS", "JONATHON", "1974-08-13"),
		"another end": with("PAPANDRIOU", "JONATHON", "1974-08-12"), "no birth date": {Surname: whole.Surname, GivenNames: whole.GivenNames},
	} {
		require.Empty(t, d.numbers(who, "NEW77"), name)
	}
	anew, err := d.reg.Reissue(d.ctx, v.Number, traveldoc.Document{Code: "P", Number: "X7", IssuingState: "UTO", ExpiryDate: date("2036-01-01")}, act("", 1))
	require.NoError(t, err)
	require.ElementsMatch(t, []evisa.Number{v.Number, anew.Number}, d.numbers(same["cut short"], "NEW77"))
	inParts := d.of(with("ERIKSSON", "ANNA", "1980-03"), "P2")
	require.Equal(t, []evisa.Number{inParts.Number}, d.numbers(with("ERIKSSON", "ANNA", "1980-03-31"), "NEW77"))
}

// Of 300 visas of the same birth date and the same first letters every holder with a renewed passport finds his own.
func TestNamesakesAtTheCentre(t *testing.T) {
	d := openDesk(t, rand.Reader)
	who := func(n int) traveldoc.Identity {
		return traveldoc.Identity{Surname: "MOHAMED", GivenNames: fmt.Sprintf("%c%cSSAN ALI", 'A'+n/26, 'A'+n%26), BirthDate: date("1974-08-12")}
	}
	mine := make([]evisa.Number, 300)
	for n := range mine {
		mine[n] = d.of(who(n), fmt.Sprintf("P%d", n)).Number
	}
	for n := 0; n < len(mine); n += 13 { // among them the oldest
		require.Equal(t, mine[n:n+1], d.numbers(who(n), fmt.Sprintf("NEW%d", n)))
	}
}
