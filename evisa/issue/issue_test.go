package issue_test

import (
	"bytes"
	"crypto/rand"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/evisa"
	"github.com/openbmis/openbmis/evisa/issue"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/seal"
	"github.com/openbmis/openbmis/traveldoc/seal/barcode"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func date(text string) traveldoc.Date {
	d, err := traveldoc.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func options(now *time.Time) issue.SignerOptions {
	return issue.SignerOptions{Country: "UT", Name: "VS", State: "UTO", Random: rand.Reader, Now: func() time.Time { return *now }}
}

func signer(t testing.TB) *issue.Signer {
	t.Helper()
	now := noon
	s, err := issue.OpenSigner(filepath.Join(t.TempDir(), "visa"), options(&now))
	require.NoError(t, err)
	return s
}

func visa(kind string) evisa.Visa {
	return evisa.Visa{
		Number: "E7KXR4MTQ", Version: 1, Standing: evisa.InForce, Type: "T", Kind: kind, Purpose: "tourism", IssuedAt: noon, Authority: "Visa Office",
		Identity: traveldoc.Identity{Surname: "ERIKSSON", GivenNames: "ANNA MARIA", BirthDate: date("1974-08-12"), Sex: "F", Nationality: "UTO"},
		Document: traveldoc.Document{Code: "P", Number: "L898902C3", IssuingState: "UTO", ExpiryDate: date("2030-04-15")},
		Terms:    evisa.Terms{From: date("2026-12-01"), Until: date("2027-01-31"), Days: 20, Entries: 2},
	}
}

const passport = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F3004156<<<<<<<<<<<<<<06"

func certificates(s *issue.Signer) (list []*pki.Certificate) {
	for _, p := range s.Certificates() {
		list = append(list, p.Certificate)
	}
	return list
}

func fields(a seal.Any) map[string]string {
	out := map[string]string{}
	for _, f := range a.Fields() {
		out[f.Name] = f.Value + f.Problem
	}
	return out
}

// printed reads a seal back from the picture of its code, as anybody does who has the notice.
func printed(t testing.TB, s issue.Seal) seal.Any {
	t.Helper()
	img, err := barcode.Draw(s.Symbology, s.Data, 3)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, img))
	codes, err := barcode.Read(out.Bytes())
	require.NoError(t, err)
	require.Len(t, codes, 1)
	require.Equal(t, s.Symbology, codes[0].Symbology)
	a, err := seal.ParseAny(codes[0].Data)
	require.NoError(t, err)
	return a
}

func zone(t testing.TB, text string) *mrz.Document {
	t.Helper()
	d, err := mrz.Parse(text, date("2026-11-22"), mrz.Training)
	require.NoError(t, err)
	return d
}

func TestTheSealOfAVisa(t *testing.T) {
	s := signer(t)
	made, err := s.Seal(visa(evisa.KindVisa))
	require.NoError(t, err)
	a := printed(t, made)
	require.Equal(t, seal.Visa, a.VDS.Document())
	require.Equal(t, "UTO", a.VDS.Country)
	require.Equal(t, "UTVS", a.VDS.Signer)
	require.Equal(t, date("2026-11-22"), a.VDS.Signed)
	require.Equal(t, map[string]string{
		"mrz": made.Zone, "visa_entries": "2", "duration_of_stay": "20 days", "passport_number": "L898902C3", "visa_type": "T",
	}, fields(a))
	own := zone(t, made.Zone)
	require.Equal(t, mrz.MRVA, own.Format)
	require.Equal(t, "E7KXR4MTQ", own.DocumentNumber)
	require.Equal(t, traveldoc.Pass, a.Judge(certificates(s)).Verdict)
	require.Equal(t, seal.NoCertificate, a.Judge(certificates(signer(t))).Reason)
	held := seal.Compare(a, zone(t, passport))
	require.Equal(t, []string{"passport_number", "nationality", "birth_date", "sex"}, held.Compared)
	require.Empty(t, held.Differences)
	other := strings.Replace(passport, "L898902C36", "L898902C44", 1)
	require.Len(t, seal.Compare(a, zone(t, other)).Differences, 1)
}

func TestTheSealOfATravelAuthorisation(t *testing.T) {
	s := signer(t)
	made, err := s.Seal(visa(evisa.KindAuthorisation))
	require.NoError(t, err)
	a := printed(t, made)
	require.Equal(t, "vds-nc", a.Kind())
	require.Equal(t, "icao.dta", a.NC.Type)
	require.Equal(t, "UTO", a.NC.Issuer)
	require.Equal(t, "ES256", a.NC.Algorithm)
	require.Equal(t, map[string]string{
		"pid.n": "ERIKSSON  ANNA MARIA", "pid.dob": "1974-08-12", "pid.sex": "F", "pid.nat": "UTO", "pid.dt": "P", "pid.dn": "L898902C3", "pid.di": "UTO",
		"dta.num": "E7KXR4MTQ", "dta.typ": "T", "dta.iss": "2026-11-22", "dta.vf": "2026-12-01", "dta.vu": "2027-01-31", "dta.dur": "20", "dta.ent": "2",
	}, fields(a))
	require.Equal(t, traveldoc.Pass, a.Judge(certificates(s)).Verdict)
	require.Equal(t, traveldoc.Pass, a.Judge([]*pki.Certificate{s.Certificates()[0].Root}).Verdict, "the authority vouches for it too")
	require.Equal(t, seal.NoAnchor, a.Judge(certificates(signer(t))).Reason)
	held := seal.Compare(a, zone(t, passport))
	require.ElementsMatch(t, []string{"passport_number", "nationality", "birth_date", "sex"}, held.Compared)
	require.Empty(t, held.Differences)
	for _, other := range []string{
		strings.Replace(passport, "L898902C36", "L898902C44", 1), strings.Replace(passport, "7408122F", "7408132F", 1), strings.Replace(passport, "2F30", "2M30", 1),
	} {
		require.NotEmpty(t, seal.Compare(a, zone(t, other)).Differences)
	}
}

// Whatever bit of a seal is turned, it is not a valid one.
func TestATamperedSealIsNoSeal(t *testing.T) {
	s := signer(t)
	for _, kind := range []string{evisa.KindVisa, evisa.KindAuthorisation} {
		made, err := s.Seal(visa(kind))
		require.NoError(t, err)
		for n := range made.Data {
			forged := bytes.Clone(made.Data)
			forged[n] ^= 1
			a, err := seal.ParseAny(forged)
			if err != nil {
				continue
			}
			if v := a.Judge(certificates(s)).Verdict; v == traveldoc.Pass {
				// what means the same is no forgery: the last character of base64 without padding has bits of no meaning
				require.Equal(t, fields(mustParse(t, made.Data)), fields(a), "%s, byte %d", kind, n)
			}
		}
	}
}

func mustParse(t testing.TB, data []byte) seal.Any {
	t.Helper()
	a, err := seal.ParseAny(data)
	require.NoError(t, err)
	return a
}

func TestNamesThatAZoneHasNoLettersFor(t *testing.T) {
	v := visa(evisa.KindVisa)
	v.Identity.Surname, v.Identity.GivenNames = "Müller-O'Neill", "Zoë محمد 7"
	text, err := issue.Zone(v, "UTO")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(text, "V<UTOMUELLER<ONEILL<<ZOE<"), text)
}

func TestALongStay(t *testing.T) {
	s := signer(t)
	for days, want := range map[int]string{1: "1 days", 253: "253 days", 254: "14 days 8 months", 365: "1 years", 366: "1 days 1 years", 3660: "10 days 10 years"} {
		v := visa(evisa.KindVisa)
		v.Days = days
		made, err := s.Seal(v)
		require.NoError(t, err)
		require.Equal(t, want, fields(mustParse(t, made.Data))["duration_of_stay"])
	}
}

func TestNothingIsSealedThatIsNotInForce(t *testing.T) {
	v := visa(evisa.KindVisa)
	v.Standing = evisa.Revoked
	_, err := signer(t).Seal(v)
	require.ErrorIs(t, err, issue.ErrNotInForce)
}

func TestTheSignerIsTheSameAfterAReopening(t *testing.T) {
	now, dir := noon, t.TempDir()
	first, err := issue.OpenSigner(dir, options(&now))
	require.NoError(t, err)
	again, err := issue.OpenSigner(dir, options(&now))
	require.NoError(t, err)
	require.Equal(t, first.Certificates()[0].Fingerprint(), again.Certificates()[0].Fingerprint())
	for _, name := range []string{"csca.key", "signer.key"} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	require.NoError(t, os.Chmod(filepath.Join(dir, "signer.key"), 0o644))
	_, err = issue.OpenSigner(dir, options(&now))
	require.ErrorContains(t, err, "expected 0600")
}

// A key is renewed before the end of its use; what it signed verifies for as long as a visa may be used.
func TestTheSignerIsRenewed(t *testing.T) {
	now, dir := noon, t.TempDir()
	s, err := issue.OpenSigner(dir, options(&now))
	require.NoError(t, err)
	old, err := s.Seal(visa(evisa.KindVisa))
	require.NoError(t, err)
	renewed, err := s.Renew()
	require.NoError(t, err)
	require.False(t, renewed)
	for year := range 7 { // past the end of the authority's use
		now = now.AddDate(0, 11, 10)
		made, err := s.Seal(visa(evisa.KindVisa))
		require.NoError(t, err)
		require.Len(t, s.Certificates(), year+2)
		require.Equal(t, traveldoc.Pass, mustParse(t, made.Data).Judge(certificates(s)).Verdict)
		for _, p := range s.Certificates() {
			require.NoError(t, p.Certificate.CheckSignatureFrom(p.Root))
			require.True(t, p.Certificate.NotAfter.After(now.AddDate(4, 0, 0)))
		}
	}
	require.NotEqual(t, s.Certificates()[0].Root.Raw, s.Certificates()[7].Root.Raw, "another authority")
	require.Equal(t, traveldoc.Pass, mustParse(t, old.Data).Judge(certificates(s)).Verdict)
	again, err := issue.OpenSigner(dir, options(&now))
	require.NoError(t, err)
	require.Len(t, again.Certificates(), 8)
}

// A crash between the two files is mended.
func TestACrashBetweenKeyAndCertificateHeals(t *testing.T) {
	now, dir, other := noon, t.TempDir(), t.TempDir()
	for _, d := range []string{dir, other} {
		_, err := issue.OpenSigner(d, options(&now))
		require.NoError(t, err)
	}
	for _, name := range []string{"signer.key", "csca.key"} {
		key, err := os.ReadFile(filepath.Join(other, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), key, 0o600))
		s, err := issue.OpenSigner(dir, options(&now))
		require.NoError(t, err)
		made, err := s.Seal(visa(evisa.KindVisa))
		require.NoError(t, err)
		require.Equal(t, traveldoc.Pass, mustParse(t, made.Data).Judge(certificates(s)).Verdict)
	}
}

// Another's PKI is used as it is.
func TestAnImportedSigner(t *testing.T) {
	now, dir := noon, t.TempDir()
	_, err := issue.OpenSigner(dir, options(&now))
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(dir, "csca.key")))
	o := options(&now)
	o.Imported = true
	s, err := issue.OpenSigner(dir, o)
	require.NoError(t, err)
	now = now.AddDate(2, 0, 0) // nothing is renewed
	_, err = s.Seal(visa(evisa.KindVisa))
	require.NoError(t, err)
	now = now.AddDate(20, 0, 0)
	_, err = s.Seal(visa(evisa.KindVisa))
	require.ErrorIs(t, err, issue.ErrExpired)
	_, err = issue.OpenSigner(t.TempDir(), o)
	require.ErrorIs(t, err, os.ErrNotExist)
	o.Country = "XX"
	_, err = issue.OpenSigner(dir, o)
	require.ErrorContains(t, err, "expected C=XX")
}

func TestEventsOutOfOrderMakeNoVisa(t *testing.T) {
	first := issue.Event{Number: "E1", Version: 1, Kind: evisa.VisaIssued, Issued: &issue.Issued{}}
	revoked := issue.Event{Number: "E1", Version: 2, Kind: evisa.VisaRevoked}
	for name, list := range map[string][]issue.Event{
		"none": {}, "no first": {revoked}, "twice": {first, first}, "gap": {first, {Number: "E1", Version: 3, Kind: evisa.VisaRevoked}},
		"another's": {first, {Number: "E2", Version: 2, Kind: evisa.VisaRevoked}}, "unknown": {first, {Number: "E1", Version: 2, Kind: "x"}},
		"after the end": {first, revoked, {Number: "E1", Version: 3, Kind: evisa.VisaExtended, Terms: &evisa.Terms{}}},
		"without terms": {first, {Number: "E1", Version: 2, Kind: evisa.VisaExtended}},
	} {
		_, err := issue.Fold(list)
		require.Error(t, err, name)
	}
	v, err := issue.Fold([]issue.Event{first, revoked, {Number: "E1", Version: 3, Kind: evisa.VisaAnnulled}})
	require.NoError(t, err)
	require.Equal(t, evisa.Annulled, v.Standing)
}

func BenchmarkSeal(b *testing.B) {
	for _, kind := range []string{evisa.KindVisa, evisa.KindAuthorisation} {
		b.Run(kind, func(b *testing.B) {
			s, v := signer(b), visa(kind)
			for b.Loop() {
				if _, err := s.Seal(v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
