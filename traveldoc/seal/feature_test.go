package seal_test

import (
	"bytes"
	"crypto"
	"crypto/elliptic"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/pki/brainpool"
	"github.com/openbmis/openbmis/traveldoc/seal"
)

const (
	mrva = "VCUTODOE<<JANE<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C<3UTO6908061F9406236ZE184226B<<<<<<<"
	mrvb = "VCUTODOE<<JANE<<<<<<<<<<<<<<<<<<<<<<\nL898902C<3UTO6908061F9406236<<<<<<<<"
	td2  = "IDUTODOE<<JANE<<<<<<<<<<<<<<<<<<<<<<\nL898902C<3UTO6908061F9406236<<<<<<<2"
	td3  = "P<UTODOE<<JANE<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C<3UTO6908061F9406236<<<<<<<<<<<<<<08"
)

type content interface {
	Header(seal.Header) seal.Header
	Messages() ([]seal.Message, error)
}

func issued(t testing.TB, key crypto.Signer, h seal.Header, c content) seal.Seal {
	t.Helper()
	messages, err := c.Messages()
	require.NoError(t, err)
	out, err := seal.Sign(key, c.Header(h), messages)
	require.NoError(t, err)
	s, err := seal.Parse(out)
	require.NoError(t, err)
	return s
}

func brainpoolKey(t testing.TB, curve, secret string) *brainpool.PrivateKey {
	t.Helper()
	key, err := brainpool.ByName(curve).GenerateKey(bytes.NewReader(bytes.Repeat([]byte(secret), 512)))
	require.NoError(t, err)
	return key
}

// certificate is a signer's certificate as far as a seal asks it.
func certificate(t testing.TB, key crypto.PublicKey, country, name string, serial int64) *pki.Certificate {
	t.Helper()
	c := &pki.Certificate{
		Raw: []byte(country + name), Serial: big.NewInt(serial), Key: &pki.PublicKey{},
		Subject:   pki.Name{Attributes: []pki.Attribute{{OID: pki.OIDCountryName, Value: country}, {OID: pki.OIDCommonName, Value: name}}},
		NotBefore: time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	if b, ok := key.(*brainpool.PublicKey); ok {
		c.Key.Brainpool = b
	} else {
		c.Key.ECDSA = &keyOf(t, elliptic.P256(), "k").PublicKey
	}
	return c
}

func values(fields []seal.Field) map[string]string {
	out := map[string]string{}
	for _, f := range fields {
		out[f.Name] = f.Value
		if f.Problem != "" {
			out[f.Name] += " !"
		}
	}
	return out
}

func TestAVisaIsReadByName(t *testing.T) {
	for format, zone := range map[mrz.Format]string{mrz.MRVA: mrva, mrz.MRVB: mrvb} {
		s := issued(t, keyOf(t, elliptic.P256(), "k"), header(t), seal.VisaContent{MRZ: zone, Entries: 2, Days: 90, Years: 1, PassportNumber: "L898902C", Type: "C"})
		require.Equal(t, seal.Visa, s.Document())
		held := strings.ReplaceAll(zone, "ZE184226B", "<<<<<<<<<")
		require.Equal(t, map[string]string{
			"mrz": held, "visa_entries": "2", "duration_of_stay": "90 days 1 years", "passport_number": "L898902C", "visa_type": "C",
		}, values(s.Fields()))
		text, have, ok := s.MRZ()
		require.True(t, ok)
		require.Equal(t, held, text)
		require.Equal(t, format, have)
	}
}

func TestOtherDocumentsAreReadByName(t *testing.T) {
	key := keyOf(t, elliptic.P256(), "k")
	e := issued(t, key, header(t), seal.EmergencyContent{MRZ: td2})
	require.Equal(t, seal.EmergencyTravelDocument, e.Document())
	require.Equal(t, map[string]string{"mrz": td2}, values(e.Fields()))
	p := issued(t, key, header(t), seal.PermitContent{MRZ: td2, PassportNumber: "L898902C3"})
	require.Equal(t, seal.ResidencePermit, p.Document())
	require.Equal(t, map[string]string{"mrz": td2, "passport_number": "L898902C3"}, values(p.Fields()))

	zone, err := seal.PackC40(strings.ReplaceAll(td2, "\n", ""))
	require.NoError(t, err)
	c := func(text string) []byte {
		out, err := seal.PackC40(text)
		require.NoError(t, err)
		return out
	}
	for _, x := range []struct {
		feature, category byte
		document          seal.Document
		messages          []seal.Message
		want              map[string]string
	}{
		{0xFD, 0x02, seal.ArrivalAttestation, []seal.Message{{Tag: 2, Value: zone}, {Tag: 3, Value: c("ABC123456789")}},
			map[string]string{"mrz": td2, "register_number": "ABC123456789"}},
		{0xFA, 0x06, seal.SupplementarySheet, []seal.Message{{Tag: 4, Value: zone}, {Tag: 5, Value: c("T2000AK47")}},
			map[string]string{"mrz": td2, "sheet_number": "T2000AK47"}},
		{0xF9, 0x08, seal.AddressStickerIDCard, []seal.Message{{Tag: 1, Value: c("T2000AK47")}, {Tag: 2, Value: c("05314000 ")}, {Tag: 3, Value: c("53175HEINEMANN 11")}},
			map[string]string{"document_number": "T2000AK47", "municipality": "05314000", "address": "53175HEINEMANN 11"}},
		{0xF9, 0x0C, seal.AddressStickerPermit, []seal.Message{{Tag: 1, Value: c("T2000AK47")}}, map[string]string{"document_number": "T2000AK47"}},
		{0xF8, 0x0A, seal.AddressStickerPassport, []seal.Message{{Tag: 3, Value: c("53175")}}, map[string]string{"postal_code": "53175"}},
		{0xFC, 0x04, seal.SocialInsuranceCard, []seal.Message{{Tag: 1, Value: c("65170839J008")}, {Tag: 2, Value: []byte("Doé")}, {Tag: 3, Value: []byte("Jane")}, {Tag: 4, Value: []byte{0xFF}}},
			map[string]string{"social_insurance_number": "65170839J008", "surname": "Doé", "given_names": "Jane", "birth_name": "ff !"}},
		{0x01, 0xC8, seal.AdministrativeDocument, []seal.Message{{Tag: 0, Value: bytes.Repeat([]byte{0xA5}, 16)}, {Tag: 4, Value: []byte{1, 2}}},
			map[string]string{"profile": "a5a5a5a5-a5a5-a5a5-a5a5-a5a5a5a5a5a5", "tag_04": "0102"}},
		{0x77, 0x77, seal.UnknownDocument, []seal.Message{{Tag: 9, Value: []byte{9}}}, map[string]string{"tag_09": "09"}},
	} {
		h := header(t)
		h.Feature, h.Category = x.feature, x.category
		out, err := seal.Sign(key, h, x.messages)
		require.NoError(t, err)
		s, err := seal.Parse(out)
		require.NoError(t, err)
		require.Equal(t, x.document, s.Document())
		require.Equal(t, x.want, values(s.Fields()), x.document)
	}
}

func TestAFieldThatIsWrongIsShownAsBytes(t *testing.T) {
	h := header(t)
	h.Feature, h.Category = 0x5D, 0x01
	out, err := seal.Sign(keyOf(t, elliptic.P256(), "k"), h, []seal.Message{
		{Tag: 1, Value: []byte{0xFF, 0xFF}}, {Tag: 3, Value: []byte{1, 2}}, {Tag: 4, Value: []byte{0xFE, 0xFE, 0xFE}}, {Tag: 5, Value: []byte{1}}, {Tag: 6, Value: []byte{0}},
	})
	require.NoError(t, err)
	s, err := seal.Parse(out)
	require.NoError(t, err)
	for _, f := range s.Fields() {
		require.NotEmpty(t, f.Problem, f.Name)
		_, err := hex.DecodeString(f.Value)
		require.NoError(t, err, f.Name)
	}
	_, _, ok := s.MRZ()
	require.False(t, ok)
}

func TestTheSignatureIsJudgedByTheCertificateThatTheHeaderNames(t *testing.T) {
	key := keyOf(t, elliptic.P256(), "k")
	s := issued(t, key, header(t), seal.EmergencyContent{MRZ: td2})
	right := certificate(t, &key.PublicKey, "UT", "TS", 0x5B)
	other := certificate(t, &key.PublicKey, "UT", "TS", 0x5C)
	elsewhere := certificate(t, &key.PublicKey, "UT", "TX", 0x5B)
	forger := certificate(t, brainpoolKey(t, "brainpoolP256r1", "f").Public(), "ut", "ts", 0x5B)
	late := certificate(t, &key.PublicKey, "UT", "TS", 0x5B)
	late.NotBefore = time.Date(2020, 2, 1, 0, 0, 0, 0, time.UTC)
	strange := certificate(t, &key.PublicKey, "UT", "TS", 0x5B)
	strange.Key = &pki.PublicKey{}
	for name, c := range map[string]struct {
		certificates []*pki.Certificate
		verdict      traveldoc.Verdict
		reason       seal.Reason
	}{
		"none":                {nil, traveldoc.Inconclusive, seal.NoCertificate},
		"another reference":   {[]*pki.Certificate{other, elsewhere, nil}, traveldoc.Inconclusive, seal.NoCertificate},
		"the right one":       {[]*pki.Certificate{other, right}, traveldoc.Pass, seal.Signed},
		"another key":         {[]*pki.Certificate{forger}, traveldoc.Fail, seal.WrongSignature},
		"two of one name":     {[]*pki.Certificate{forger, right}, traveldoc.Pass, seal.Signed},
		"not valid then":      {[]*pki.Certificate{late}, traveldoc.Inconclusive, seal.NotValidThen},
		"an unknown kind":     {[]*pki.Certificate{strange}, traveldoc.Inconclusive, seal.UnsupportedSignature},
		"unknown, then wrong": {[]*pki.Certificate{strange, forger}, traveldoc.Fail, seal.WrongSignature},
	} {
		have := s.Judge(c.certificates)
		require.Equal(t, c.verdict, have.Verdict, name)
		require.Equal(t, c.reason, have.Reason, name)
		require.Equal(t, c.verdict == traveldoc.Pass || c.reason == seal.NotValidThen, have.Signer != nil, name)
	}
}

func TestBrainpoolCurvesSignAndVerify(t *testing.T) {
	for _, curve := range []string{"brainpoolP224r1", "brainpoolP256r1", "brainpoolP320r1", "brainpoolP384r1", "brainpoolP512r1"} {
		key := brainpoolKey(t, curve, "b")
		s := issued(t, key, header(t), seal.PermitContent{MRZ: td2, PassportNumber: "L898902C"})
		c := certificate(t, key.Public(), "UT", "TS", 0x5B)
		require.Equal(t, traveldoc.Pass, s.Judge([]*pki.Certificate{c}).Verdict, curve)
		s.Signature[5] ^= 1
		require.Equal(t, traveldoc.Fail, s.Judge([]*pki.Certificate{c}).Verdict, curve)
		s.Signature = s.Signature[:2]
		require.Equal(t, traveldoc.Inconclusive, s.Judge([]*pki.Certificate{c}).Verdict, curve)
	}
}

func TestTheFormsOfTheHeaderAreWritten(t *testing.T) {
	key := keyOf(t, elliptic.P256(), "k")
	for name, change := range map[string]func(*seal.Header){
		"fixed":   func(h *seal.Header) { h.Version, h.Reference = 2, "0005B" },
		"decimal": func(h *seal.Header) { h.Signer, h.Reference = "DEZV", "0123456789" },
		"long":    func(h *seal.Header) { h.Reference = strings.Repeat("A1", 127) },
	} {
		h := header(t)
		change(&h)
		out, err := seal.Sign(key, h, []seal.Message{{Tag: 1, Value: []byte{1}}})
		require.NoError(t, err, name)
		s, err := seal.Parse(out)
		require.NoError(t, err, name)
		require.Equal(t, h, s.Header, name)
		require.NoError(t, s.Verify(&key.PublicKey), name)
	}
	short := header(t)
	short.Version, short.Reference = 2, "5B"
	out, err := seal.Sign(key, short, []seal.Message{{Tag: 1, Value: []byte{1}}})
	require.NoError(t, err)
	s, err := seal.Parse(out)
	require.NoError(t, err)
	require.Equal(t, "0005B", s.Reference)
	require.True(t, s.NamedBy(certificate(t, &key.PublicKey, "UT", "TS", 0x5B)), "zeros in front do not count")
	h := header(t)
	h.Version, h.Reference = 2, "ABCDEF"
	_, err = seal.Sign(key, h, nil)
	require.ErrorContains(t, err, "at most 5")
	h = header(t)
	h.Signer, h.Reference = "DEZV", strings.Repeat("1", 100)
	_, err = seal.Sign(key, h, nil)
	require.ErrorContains(t, err, "at most 99")
}

func TestASealIsHeldAgainstZones(t *testing.T) {
	key := keyOf(t, elliptic.P256(), "k")
	visa := issued(t, key, header(t), seal.VisaContent{MRZ: mrva, Entries: 1, Days: 30, PassportNumber: "L898902C"})
	inspection := date(t, "2026-11-22")
	read := func(text string) *mrz.Document {
		d, err := mrz.Parse(text, inspection, mrz.Training)
		require.NoError(t, err)
		return d
	}
	same := seal.Compare(visa, read(mrva))
	require.Empty(t, same.Differences)
	require.Contains(t, same.Compared, "name")
	require.NotContains(t, same.Compared, "optional_data", "the seal does not hold it")

	forged := seal.Compare(visa, read(strings.Replace(mrva, "9406236", "9906231", 1)))
	require.Equal(t, []seal.Difference{{Field: "expiry_date", Seal: "940623", Zone: "990623"}}, forged.Differences)
	other := seal.Compare(visa, read(strings.Replace(mrva, "DOE<<JANE", "ROE<<JOAN", 1)))
	require.Equal(t, "name", other.Differences[0].Field)

	passport := seal.Compare(visa, read(td3))
	require.Empty(t, passport.Differences)
	require.Equal(t, []string{"passport_number", "nationality", "birth_date", "sex"}, passport.Compared)
	bearer := seal.Compare(visa, read(strings.Replace(td3, "L898902C<3UTO6908061F", "X1234567<2UTO7008064M", 1)))
	require.Equal(t, []seal.Difference{
		{Field: "passport_number", Seal: "L898902C", Zone: "X1234567"}, {Field: "birth_date", Seal: "690806", Zone: "700806"}, {Field: "sex", Seal: "F", Zone: "M"},
	}, bearer.Differences)

	require.Empty(t, seal.Compare(visa, nil).Compared)
	sticker := issued(t, key, header(t), sticker{})
	require.Empty(t, seal.Compare(sticker, read(td3)).Compared, "nothing to compare is no agreement")
}

type sticker struct{}

func (sticker) Header(h seal.Header) seal.Header {
	h.Feature, h.Category = 0xF8, 0x0A
	return h
}
func (sticker) Messages() ([]seal.Message, error) {
	return []seal.Message{{Tag: 3, Value: []byte{0x20, 0x21}}}, nil
}

func TestMaskedDatesComeBack(t *testing.T) {
	for text, mask := range map[string]byte{"1974-08-12": 0, "19xx-10-xx": 0b00110011, "": 0xFF, "xxxx-12-31": 0b00001111} {
		packed, err := seal.PackMasked(text)
		require.NoError(t, err)
		back, err := seal.UnpackMasked(packed)
		require.NoError(t, err)
		require.Equal(t, text, back)
		require.Equal(t, mask, packed[0], text)
	}
	for _, bad := range []string{"1974", "1974-8-12", "1974-08-1y", "1974-99-12", "74-08-1234"} {
		_, err := seal.PackMasked(bad)
		require.Error(t, err, bad)
	}
	for _, bad := range [][]byte{nil, {1, 2, 3}, {0x01, 0, 0, 1}, {0, 0xFF, 0xFF, 0xFF}} {
		_, err := seal.UnpackMasked(bad)
		require.Error(t, err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[x0-9]{4}-(0[x1-9]|1[x0-2]|x[x1-9])-[x0-3][x0-9]`).Draw(t, "text")
		packed, err := seal.PackMasked(text)
		require.NoError(t, err)
		if back, err := seal.UnpackMasked(packed); err == nil && packed[0] != 0xFF {
			require.Equal(t, text, back)
		}
	})
}

// BenchmarkVisa reads a visa's seal, names its fields and judges its signature.
func BenchmarkVisa(b *testing.B) {
	for _, c := range []struct {
		name string
		key  crypto.Signer
	}{{"P-256", keyOf(b, elliptic.P256(), "k")}, {"brainpoolP256r1", brainpoolKey(b, "brainpoolP256r1", "b")}} {
		messages, err := seal.VisaContent{MRZ: mrva, Entries: 2, Days: 90, PassportNumber: "L898902C", Type: "C"}.Messages()
		require.NoError(b, err)
		data, err := seal.Sign(c.key, seal.VisaContent{}.Header(header(b)), messages)
		require.NoError(b, err)
		signers := []*pki.Certificate{certificate(b, c.key.Public(), "UT", "TS", 0x5B)}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				a, err := seal.ParseAny(data)
				if err != nil || len(a.Fields()) != 5 || a.Judge(signers).Verdict != traveldoc.Pass {
					b.Fatal("not read")
				}
			}
		})
	}
}
