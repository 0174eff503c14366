package station

import (
	"crypto/rand"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/crosscheck"
	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/issue"
	"github.com/openbmis/openbmis/internal/pgtest"
	"github.com/openbmis/openbmis/internal/postgres/centraldb"
	"github.com/openbmis/openbmis/internal/postgres/relaydb"
	"github.com/openbmis/openbmis/internal/postgres/trustdb"
	"github.com/openbmis/openbmis/internal/postgres/visadb/signers"
	"github.com/openbmis/openbmis/migrations"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// sealWorld is a centre's signer and a station that holds what the centre publishes of it.
type sealWorld struct {
	t      *testing.T
	app    *app
	signer *issue.Signer
	now    time.Time
}

func openSealWorld(t *testing.T) *sealWorld {
	w := &sealWorld{t: t, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	var err error
	w.signer, err = issue.OpenSigner(t.TempDir(), issue.SignerOptions{Country: "UT", Name: "VS", State: "UTO", Random: rand.Reader, Now: func() time.Time { return w.now }})
	require.NoError(t, err)
	db := pgtest.New(t, migrations.Station)
	w.app = &app{}
	w.app.trust, err = openTrust(t.Context(), trustdb.NewHeld(db), "UTO", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	w.app.seals, err = openVisaSeals(t.Context(), db, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return w
}

// published brings what the centre has to the station, as replication does.
func (w *sealWorld) published() {
	w.t.Helper()
	centre := pgtest.New(w.t, migrations.Central)
	lists, err := w.signer.Lists()
	require.NoError(w.t, err)
	news, err := signers.Publish(w.t.Context(), centre, w.signer.Certificates(), lists, w.now)
	require.NoError(w.t, err)
	require.True(w.t, news)
	again, err := signers.Publish(w.t.Context(), centre, w.signer.Certificates(), lists, w.now)
	require.NoError(w.t, err)
	require.False(w.t, again, "nothing new is no version")
	changes, reached, err := centraldb.NewReference(centre).Changes(w.t.Context(), signers.Dataset, 0, 1000)
	require.NoError(w.t, err)
	taken := relaydb.NewReferences(w.app.seals.db, map[string]relaydb.Sink{signers.Dataset: signers.Sink{}}, func() time.Time { return w.now })
	require.NoError(w.t, taken.ApplyChanges(w.t.Context(), signers.Dataset, 0, reached, changes))
	require.NoError(w.t, w.app.seals.follow(w.t.Context()))
}

const bearer = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3004156<<<<<<<<<<<<<<06"

func (w *sealWorld) notice(kind string) []byte {
	day := func(text string) traveldoc.Date {
		d, err := traveldoc.ParseDate(text)
		require.NoError(w.t, err)
		return d
	}
	made, err := w.signer.Seal(evisa.Visa{
		Number: "E7KXR4MTQ", Version: 1, Standing: evisa.InForce, Type: "T", Kind: kind, IssuedAt: w.now,
		Identity: traveldoc.Identity{Surname: "ERIKSSON", GivenNames: "ANNA MARIA", BirthDate: day("1974-08-12"), Sex: "F", Nationality: "UTO"},
		Document: traveldoc.Document{Code: "P", Number: "L898902C3", IssuingState: "UTO", ExpiryDate: day("2030-04-15")},
		Terms:    evisa.Terms{From: day("2026-11-01"), Until: day("2027-01-31"), Days: 20, Entries: 1},
	})
	require.NoError(w.t, err)
	return made.Data
}

// check is what the counter finds when the notice is scanned beside the passport.
func (w *sealWorld) check(code []byte) border.Finding {
	w.t.Helper()
	rules, err := crosscheck.LoadRules("")
	require.NoError(w.t, err)
	zone, err := mrz.Parse(bearer, traveldoc.DateOf(w.now), mrz.Training)
	require.NoError(w.t, err)
	f, err := crosscheck.Seals{Rules: rules, Trust: w.app.sealTrust, Signers: w.app.sealSigners}.Check(w.t.Context(), border.Subject{
		At: w.now, Today: traveldoc.DateOf(w.now), MRZ: zone, Identity: zone.Identity(), Document: zone.TravelDocument(),
		Reading: &reader.Reading{Barcodes: []reader.Barcode{{Data: code}}},
	})
	require.NoError(w.t, err)
	return f
}

// A notice that is scanned at the counter is green, a forged one red, and one of a signer that is not known amber; without any line.
func TestANoticeIsJudgedAtTheCounter(t *testing.T) {
	w := openSealWorld(t)
	for _, kind := range []string{evisa.KindVisa, evisa.KindAuthorisation} {
		require.Equal(t, border.NotChecked, w.check(w.notice(kind)).Outcome, "nothing was published yet")
	}
	w.published()
	for _, kind := range []string{evisa.KindVisa, evisa.KindAuthorisation} {
		f := w.check(w.notice(kind))
		require.Equal(t, border.NoHit, f.Outcome, "%s: %+v", kind, f)
	}
	forged := w.notice(evisa.KindVisa)
	forged[70] ^= 1
	require.Equal(t, border.Hit, w.check(forged).Outcome)
	other := openSealWorld(t)
	require.NotEqual(t, border.NoHit, w.check(other.notice(evisa.KindVisa)).Outcome)
	require.NotEqual(t, border.NoHit, w.check(other.notice(evisa.KindAuthorisation)).Outcome)
}

// What a revoked signer signed is not believed, and what the next signs is.
func TestARevokedSignerIsNotBelieved(t *testing.T) {
	w := openSealWorld(t)
	before := w.notice(evisa.KindVisa)
	require.NoError(t, w.signer.Revoke(issue.Reference(w.signer.Certificates()[0].Certificate)))
	require.Error(t, w.signer.Revoke("12345678"))
	w.published()
	require.Equal(t, border.Hit, w.check(before).Outcome)
	require.Equal(t, border.NoHit, w.check(w.notice(evisa.KindVisa)).Outcome)
}

// The authority of visas vouches for no passport.
func TestTheAuthorityOfVisasIsNoAnchorOfPassports(t *testing.T) {
	w := openSealWorld(t)
	w.published()
	require.Nil(t, w.app.trust.trust(), "the trust material of passports is another")
	require.Empty(t, w.app.trust.sealSigners(""))
}
