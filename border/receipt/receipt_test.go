package receipt_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/receipt"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/seal"
)

var morning = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)

func date(t testing.TB, s string) traveldoc.Date {
	t.Helper()
	d, err := traveldoc.ParseDate(s)
	require.NoError(t, err)
	return d
}

func entry(t testing.TB) border.CrossingEvent {
	t.Helper()
	return border.CrossingEvent{
		CrossingID: uuid.MustParse("0190d4c2-1111-7abc-8def-000000000001"), Station: "almara-air", Direction: border.Entry, Zone: "Europe/Lisbon",
		CrossedAt: morning.Add(123456789), LocalDate: date(t, "2026-11-21"), Status: border.Provisional,
		Identity: traveldoc.Identity{Surname: "MARTIN", GivenNames: "SOPHIE", Nationality: "FRA", BirthDate: date(t, "1984-02-03")},
		Document: traveldoc.Document{Number: "12AB34567", IssuingState: "FRA"},
		Decision: border.Decision{Verdict: border.Admit}, Grant: &border.Grant{MaxDays: 90, Until: date(t, "2027-02-18")},
	}
}

func signer(t testing.TB) receipt.Signer {
	t.Helper()
	s, err := receipt.NewSigner(rand.Reader, "almara-air", morning.Add(-time.Hour))
	require.NoError(t, err)
	return s
}

func sealed(t testing.TB, s receipt.Signer, c receipt.Content) []byte {
	t.Helper()
	out, err := s.Seal("UTO", c, date(t, "2026-11-21"))
	require.NoError(t, err)
	return out
}

func content(t testing.TB) receipt.Content {
	t.Helper()
	return receipt.ContentOf(entry(t), "almara-air-000042", border.Provisional)
}

func TestAReceiptVerifiesWithThePublicKeyAlone(t *testing.T) {
	s := signer(t)
	keys := receipt.KeysOf([]receipt.PublicKey{s.PublicKey})
	code := receipt.Code(sealed(t, s, content(t)))
	require.Less(t, len(code), 360, "fits a QR code that a phone reads from 46 mm")
	require.Regexp(t, `^[0-9A-Z:]+$`, code)
	bytes, err := receipt.Decode([]byte(code))
	require.NoError(t, err)
	r := keys.Verify(bytes, "")
	require.Equal(t, receipt.Genuine, r.Verdict, r.Detail)
	want := content(t)
	want.At = morning
	require.Equal(t, want, r.Content)
	require.Equal(t, s.ID, r.Header.Reference)
	require.Equal(t, "UTOR", r.Header.Signer)
	require.Equal(t, receipt.Genuine, keys.Verify(bytes, "12ab34567").Verdict, "the number as look-ups fold it")
	other := keys.Verify(bytes, "12AB34568")
	require.Equal(t, receipt.NotGenuine, other.Verdict)
	require.Equal(t, receipt.WhyDocument, other.Why)
}

func TestNobodysNameNumberOrBirthDateIsInTheSeal(t *testing.T) {
	out := string(sealed(t, signer(t), content(t)))
	for _, secret := range []string{"MARTIN", "SOPHIE", "12AB34567", "FRA", "1984"} {
		require.NotContains(t, out, secret)
		packed, err := seal.PackC40(secret)
		require.NoError(t, err)
		require.NotContains(t, out, string(packed))
	}
}

// What is wrong, and which of the three answers it gives.
func TestTheThreeAnswers(t *testing.T) {
	s, another := signer(t), signer(t)
	good := sealed(t, s, content(t))
	expired := s.PublicKey
	expired.From, expired.Until = morning.AddDate(-2, 0, 0), morning.AddDate(-1, 0, 0)
	early := s.PublicKey
	early.From, early.Until = morning.AddDate(0, 1, 0), morning.AddDate(1, 0, 0)
	elsewhere := s.PublicKey
	elsewhere.Station = "ponte-land"
	mislabelled := another.PublicKey
	mislabelled.ID = s.ID
	for name, c := range map[string]struct {
		sealed  []byte
		keys    []receipt.PublicKey
		verdict receipt.Verdict
		why     string
	}{
		"whole":                        {good, []receipt.PublicKey{s.PublicKey, another.PublicKey}, receipt.Genuine, ""},
		"key not known":                {good, []receipt.PublicKey{another.PublicKey}, receipt.CannotSay, receipt.WhyKeyUnknown},
		"no keys":                      {good, nil, receipt.CannotSay, receipt.WhyKeyUnknown},
		"key ended before":             {good, []receipt.PublicKey{expired}, receipt.CannotSay, receipt.WhyKeyExpired},
		"key began after":              {good, []receipt.PublicKey{early}, receipt.CannotSay, receipt.WhyKeyExpired},
		"key of another station":       {good, []receipt.PublicKey{elsewhere}, receipt.NotGenuine, receipt.WhyStation},
		"another key under the id":     {good, []receipt.PublicKey{mislabelled}, receipt.CannotSay, receipt.WhyUnsupported},
		"a bit of the content":         {flip(good, 40), []receipt.PublicKey{s.PublicKey}, receipt.NotGenuine, receipt.WhySignature},
		"a bit of the signature":       {flip(good, len(good)-1), []receipt.PublicKey{s.PublicKey}, receipt.NotGenuine, receipt.WhySignature},
		"cut off":                      {good[:len(good)-9], []receipt.PublicKey{s.PublicKey}, receipt.NotGenuine, receipt.WhyUnreadable},
		"nothing":                      {nil, []receipt.PublicKey{s.PublicKey}, receipt.NotGenuine, receipt.WhyUnreadable},
		"a seal of another use case":   {otherUse(t), []receipt.PublicKey{s.PublicKey}, receipt.NotGenuine, receipt.WhyOther},
		"a signature of another curve": {shortSignature(good), []receipt.PublicKey{s.PublicKey}, receipt.NotGenuine, receipt.WhySignature},
	} {
		r := receipt.KeysOf(c.keys).Verify(c.sealed, "")
		require.Equal(t, c.verdict, r.Verdict, "%s: %s", name, r.Detail)
		require.Equal(t, c.why, r.Why, name)
		require.Equal(t, r.Why == "", r.Detail == "", name)
	}
}

func flip(data []byte, at int) []byte {
	out := append([]byte(nil), data...)
	out[at] ^= 1
	return out
}

func otherUse(t testing.TB) []byte {
	t.Helper()
	data, err := hex.DecodeString("dc03d9c5d9cac8a73a990f71340f9844fb06" + "0201aa" + "ff40" + strings.Repeat("11", 64))
	require.NoError(t, err)
	return data
}

func shortSignature(data []byte) []byte {
	at := len(data) - 66
	return append(append(append([]byte(nil), data[:at]...), 0xFF, 56), data[at+2:at+58]...)
}

// Whatever bit is flipped, nothing is ever called genuine.
func TestNoFlippedBitIsGenuine(t *testing.T) {
	s := signer(t)
	keys, good := receipt.KeysOf([]receipt.PublicKey{s.PublicKey}), sealed(t, s, content(t))
	for bit := range 8 * len(good) {
		bad := append([]byte(nil), good...)
		bad[bit/8] ^= 1 << (bit % 8)
		require.NotEqual(t, receipt.Genuine, keys.Verify(bad, "").Verdict, "bit %d", bit)
	}
}

func TestWhatCannotBeSealed(t *testing.T) {
	s := signer(t)
	month := date(t, "2026-11")
	for want, change := range map[string]func(*receipt.Content){
		"is not the key's":  func(c *receipt.Content) { c.Station = "other" },
		"number, station":   func(c *receipt.Content) { c.Number = strings.Repeat("9", 41) },
		"direction, status": func(c *receipt.Content) { c.Status = "" },
		"days granted":      func(c *receipt.Content) { c.Days = 70_000 },
		"date: ":            func(c *receipt.Content) { c.LocalDate = month },
		"last day: ":        func(c *receipt.Content) { c.Until = month },
	} {
		c := content(t)
		change(&c)
		_, err := s.Seal("UTO", c, date(t, "2026-11-21"))
		require.ErrorContains(t, err, want)
	}
}

func TestEveryContentComesBack(t *testing.T) {
	s := signer(t)
	keys := receipt.KeysOf([]receipt.PublicKey{s.PublicKey})
	rapid.Check(t, func(t *rapid.T) {
		c := receipt.Content{
			Crossing: uuid.New(), Number: rapid.StringMatching(`[a-z0-9-]{1,40}`).Draw(t, "number"), Station: "almara-air",
			Direction: rapid.SampledFrom([]border.Direction{border.Entry, border.Exit}).Draw(t, "direction"),
			At:        time.Unix(rapid.Int64Range(0, 253402300799).Draw(t, "at"), 0).UTC(),
			LocalDate: traveldoc.DateOf(morning), Status: rapid.SampledFrom([]border.Status{border.Confirmed, border.Provisional}).Draw(t, "status"),
			Days: rapid.IntRange(0, 65535).Draw(t, "days"),
		}
		if rapid.Bool().Draw(t, "bounded") {
			c.Until = traveldoc.DateOf(morning.AddDate(0, 0, rapid.IntRange(0, 4000).Draw(t, "until")))
		}
		out, err := s.Seal("UTO", c, traveldoc.DateOf(morning))
		require.NoError(t, err)
		r := keys.Verify(out, "")
		require.Equal(t, receipt.Genuine, r.Verdict, r.Detail)
		require.Equal(t, c, r.Content)
	})
}

func TestTheCodeIsReadInEveryForm(t *testing.T) {
	out := sealed(t, signer(t), content(t))
	code := receipt.Code(out)
	for name, form := range map[string]string{
		"code": code, "small letters": strings.ToLower(code), "broken lines": code[:50] + "\r\n " + code[50:] + "\n", "bytes": string(out),
		"hexadecimal": hex.EncodeToString(out), "capital hexadecimal": strings.ToUpper(hex.EncodeToString(out)),
		"base64": base64.StdEncoding.EncodeToString(out), "base64 for URLs": base64.RawURLEncoding.EncodeToString(out),
		"base32": strings.TrimPrefix(code, "BMIS1:"),
	} {
		have, err := receipt.Decode([]byte(form))
		require.NoError(t, err, name)
		require.Equal(t, out, have, name)
	}
	for _, bad := range []string{"", "BMIS1:", "BMIS1:1", "hello", "P<UTO", strings.Repeat("A", receipt.MaxCode+1)} {
		have, err := receipt.Decode([]byte(bad))
		if err == nil {
			require.Equal(t, receipt.NotGenuine, receipt.Keys{}.Verify(have, "").Verdict)
			continue
		}
		require.ErrorIs(t, err, receipt.ErrNoCode)
	}
}

func TestTheKeyIsMadeOnceAndRenewedBeforeItEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "receipt.key")
	first, err := receipt.LoadSigner(rand.Reader, path, "almara-air", morning)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	again, err := receipt.LoadSigner(rand.Reader, path, "almara-air", morning.AddDate(1, 0, 0))
	require.NoError(t, err)
	require.Equal(t, first.PublicKey, again.PublicKey)
	require.Equal(t, receipt.Genuine, receipt.KeysOf([]receipt.PublicKey{first.PublicKey}).Verify(sealed(t, again, content(t)), "").Verdict)

	renewed, err := receipt.LoadSigner(rand.Reader, path, "almara-air", first.Until.Add(-24*time.Hour))
	require.NoError(t, err)
	require.NotEqual(t, first.ID, renewed.ID)
	moved, err := receipt.LoadSigner(rand.Reader, path, "ponte-land", morning)
	require.NoError(t, err)
	require.Equal(t, "ponte-land", moved.Station)

	for _, bad := range []string{"", "{}", `{"station":"x","private":"AAAA"}`} {
		require.NoError(t, os.WriteFile(path, []byte(bad), 0o600))
		_, err = receipt.LoadSigner(rand.Reader, path, "almara-air", morning)
		require.ErrorContains(t, err, "receipt key")
		require.NotContains(t, err.Error(), "AAAA")
	}
}

func TestAKeyFileComesBackAndItsFaultsAreNamed(t *testing.T) {
	a, b := signer(t), signer(t)
	text, err := receipt.KeyFile{Keys: []receipt.PublicKey{a.PublicKey, b.PublicKey}}.JSON()
	require.NoError(t, err)
	file, err := receipt.ParseKeyFile(text)
	require.NoError(t, err)
	require.ElementsMatch(t, []receipt.PublicKey{a.PublicKey, b.PublicKey}, file.Keys)
	empty, err := receipt.KeyFile{}.JSON()
	require.NoError(t, err)
	require.JSONEq(t, `{"keys": []}`, string(empty))

	wrong := func(change func(*receipt.PublicKey)) string {
		k := a.PublicKey
		change(&k)
		text, err := receipt.KeyFile{Keys: []receipt.PublicKey{b.PublicKey, k}}.JSON()
		require.NoError(t, err)
		return string(text)
	}
	for want, text := range map[string]string{
		"at byte":              `{"keys":[}`,
		"unknown field":        `{"keys":[],"more":1}`,
		"expected the end":     `{"keys":[]} 1`,
		"at most 4194304":      strings.Repeat(" ", receipt.MaxKeyFile+1),
		"id: is not the key's": wrong(func(k *receipt.PublicKey) { k.ID = "00" }),
		"key: expected":        wrong(func(k *receipt.PublicKey) { k.Key = []byte{1} }),
		"station: expected":    wrong(func(k *receipt.PublicKey) { k.Station = "" }),
		"from, until":          wrong(func(k *receipt.PublicKey) { k.Until = k.From }),
		"is key 1 again":       wrong(func(k *receipt.PublicKey) { *k = b.PublicKey }),
	} {
		_, err := receipt.ParseKeyFile([]byte(text))
		require.ErrorContains(t, err, want)
	}
}

func TestTheLanguageIsTheTravellers(t *testing.T) {
	for nationality, language := range map[string]string{"FRA": "fr", "MEX": "es", "EGY": "ar", "DEU": "en", "": "en", "D": "en", "RA ": "en"} {
		require.Equal(t, language, receipt.LanguageFor(nationality), nationality)
	}
}

func FuzzVerify(f *testing.F) {
	s := signer(f)
	keys := receipt.KeysOf([]receipt.PublicKey{s.PublicKey})
	good := sealed(f, s, content(f))
	f.Add(good)
	f.Add([]byte(receipt.Code(good)))
	f.Fuzz(func(t *testing.T, data []byte) {
		decoded, err := receipt.Decode(data)
		if err != nil {
			return
		}
		if r := keys.Verify(decoded, ""); r.Verdict == receipt.Genuine {
			require.Equal(t, good, decoded, "only what was signed is genuine")
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	s, c := signer(b), content(b)
	b.ReportAllocs()
	for b.Loop() {
		sealed, err := s.Seal("UTO", c, c.LocalDate)
		if err != nil || receipt.Code(sealed) == "" {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyReceipt(b *testing.B) {
	s := signer(b)
	keys, code := receipt.KeysOf([]receipt.PublicKey{s.PublicKey}), []byte(receipt.Code(sealed(b, s, content(b))))
	b.ReportAllocs()
	for b.Loop() {
		decoded, err := receipt.Decode(code)
		if err != nil || keys.Verify(decoded, "").Verdict != receipt.Genuine {
			b.Fatal("not genuine")
		}
	}
}
