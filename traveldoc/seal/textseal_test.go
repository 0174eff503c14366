package seal_test

import (
	"bytes"
	"compress/zlib"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/seal"
)

// selfSigned is a real certificate of a key.
func selfSigned(t testing.TB, key *ecdsa.PrivateKey) *pki.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0x5B), Subject: pkix.Name{Country: []string{"UT"}, CommonName: "TS"},
		NotBefore: time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2029, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	c, err := pki.ParseCertificate(der)
	require.NoError(t, err)
	return c
}

// rs signs what is handed in as r and s.
func rs(t testing.TB, key *ecdsa.PrivateKey, data string) []byte {
	t.Helper()
	digest := sha256.Sum256([]byte(data))
	der, err := key.Sign(nil, digest[:], crypto.SHA256)
	require.NoError(t, err)
	var sig [64]byte
	at := 4
	r := new(big.Int).SetBytes(der[at : at+int(der[3])])
	at += int(der[3])
	s := new(big.Int).SetBytes(der[at+2 : at+2+int(der[at+1])])
	r.FillBytes(sig[:32])
	s.FillBytes(sig[32:])
	return sig[:]
}

const ncCanonical = `{"hdr":{"is":"UTO","t":"icao.vacc","v":1},"msg":{"pid":{"dob":"1990-01-02","n":"Doé Jane"},"ve":[{"seq":1}]}}`

// nc is a seal whose data is written in another order and with spaces.
func nc(cer, signature []byte) string {
	url := base64.RawURLEncoding
	return fmt.Sprintf(`{ "sig":{"alg":"ES256","cer":%q,"sigvl":%q}, "data": {"msg": {"ve":[{"seq":1}],"pid":{"n":"Do\u00e9 Jane","dob":"1990-01-02"}}, "hdr":{"v":1.0,"t":"icao.vacc","is":"UTO"}}}`,
		url.EncodeToString(cer), url.EncodeToString(signature))
}

func TestASealOfJSONIsVerifiedOverItsCanonicalForm(t *testing.T) {
	key := keyOf(t, elliptic.P256(), "nc")
	c := selfSigned(t, key)
	text := nc(c.Raw, rs(t, key, ncCanonical))
	a, err := seal.ParseAny([]byte(text))
	require.NoError(t, err)
	require.Equal(t, "vds-nc", a.Kind())
	require.Equal(t, "UTO", a.NC.Issuer)
	require.Equal(t, "icao.vacc", a.NC.Type)
	require.Equal(t, map[string]string{"pid.n": "Doé Jane", "pid.dob": "1990-01-02", "ve[0].seq": "1"}, values(a.Fields()))
	require.Equal(t, traveldoc.Inconclusive, a.Judge(nil).Verdict)
	require.Equal(t, seal.NoAnchor, a.Judge(nil).Reason)
	require.Equal(t, traveldoc.Pass, a.Judge([]*pki.Certificate{c}).Verdict)

	latin, err := seal.ParseNC([]byte(strings.Replace(text, `\u00e9`, "\xe9", 1)))
	require.NoError(t, err)
	require.Equal(t, traveldoc.Pass, latin.Judge([]*pki.Certificate{c}).Verdict)
	changed, err := seal.ParseNC([]byte(strings.Replace(text, "Jane", "Joan", 1)))
	require.NoError(t, err)
	require.Equal(t, traveldoc.Fail, changed.Judge([]*pki.Certificate{c}).Verdict)
	byReference := strings.Replace(nc(nil, rs(t, key, ncCanonical)), `"cer":""`, `"cerRef":"5B"`, 1)
	referenced, err := seal.ParseNC([]byte(byReference))
	require.NoError(t, err)
	require.Equal(t, seal.NoCertificate, referenced.Judge(nil).Reason)
	require.Equal(t, traveldoc.Pass, referenced.Judge([]*pki.Certificate{c}).Verdict)
	require.Equal(t, traveldoc.Fail, referenced.Judge([]*pki.Certificate{selfSigned(t, keyOf(t, elliptic.P256(), "x"))}).Verdict)
}

func TestWhatIsNoSealOfJSON(t *testing.T) {
	for name, text := range map[string]string{
		"no object": "[]", "neither": "{}", "cut off": `{"data":{"hdr":{`, "a name twice": `{"data":{"hdr":{"t":"a","t":"b"},"msg":{}},"sig":{"alg":"ES256"}}`,
		"too deep": `{"data":{"msg":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `},"sig":{"alg":"ES256"}}`, "too long": "{" + strings.Repeat(" ", seal.MaxNC),
		"base64":    `{"data":{"hdr":{},"msg":{}},"sig":{"alg":"ES256","sigvl":"*"}}`,
		"too many":  `{"data":{"msg":[` + strings.Repeat("1,", 600) + `1]},"sig":{"alg":"ES256"}}`,
		"a number":  `{"data":{"msg":{"a":1e999}},"sig":{"alg":"ES256"}}`,
		"a message": `{"data":{"hdr":{}},"sig":{"alg":"ES256"}}`,
	} {
		_, err := seal.ParseNC([]byte(text))
		require.Error(t, err, name)
	}
	_, err := seal.ParseAny([]byte("hello"))
	require.ErrorIs(t, err, seal.ErrUnknown)
}

// tlv writes a feature of less than 128 bytes, or of less than 65536.
func tlv(tag byte, value []byte) []byte {
	if n := len(value); n > 255 {
		return append([]byte{tag, 0x82, byte(n >> 8), byte(n)}, value...)
	} else if n > 127 {
		return append([]byte{tag, 0x81, byte(n)}, value...)
	}
	return append([]byte{tag, byte(len(value))}, value...)
}

// icb writes an ICAO barcode.
func icb(t testing.TB, flag string, body []byte) []byte {
	t.Helper()
	if flag == "C" || flag == "D" {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		_, err := w.Write(body)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		body = z.Bytes()
	}
	return []byte("RDB1" + flag + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(body))
}

func TestAnICAOBarcodeIsReadAndVerified(t *testing.T) {
	key := keyOf(t, elliptic.P256(), "icb")
	c := selfSigned(t, key)
	sum := sha1.Sum(c.Raw)
	country, err := seal.PackC40("UTO")
	require.NoError(t, err)
	zone, err := seal.PackC40(strings.ReplaceAll(td3, "\n", ""))
	require.NoError(t, err)
	expiry, err := seal.PackMasked("2030-xx-xx")
	require.NoError(t, err)
	visa, err := seal.VisaContent{MRZ: mrvb, Entries: 1, Days: 9, PassportNumber: "L898902C"}.Messages()
	require.NoError(t, err)
	var features []byte
	for _, m := range visa {
		features = append(features, tlv(m.Tag, m.Value)...)
	}
	group := tlv(0x61, append(append(tlv(0x08, zone), tlv(0x84, expiry)...), tlv(0x01, features)...))
	signed := append(append(append(append([]byte{}, country...), 1), sum[15:]...), 0, 0x0F, 0x98, 0x44)
	signed = append(signed, group...)
	body := append(append(append([]byte{}, signed...), tlv(0x7E, c.Raw)...), tlv(0x7F, rs(t, key, string(signed)))...)

	for _, flag := range []string{"B", "D"} {
		a, err := seal.ParseAny(icb(t, flag, body))
		require.NoError(t, err, flag)
		require.Equal(t, "icb", a.Kind())
		require.Equal(t, "UTO", a.ICB.Country)
		require.Equal(t, "2020-01-02", a.ICB.Date)
		require.Equal(t, "2030-xx-xx", values(a.Fields())["expiry_date"])
		require.Equal(t, "L898902C", values(a.Fields())["passport_number"])
		text, format, ok := a.MRZ()
		require.True(t, ok)
		require.Equal(t, td3, text)
		require.Equal(t, mrz.TD3, format)
		require.Equal(t, seal.NoAnchor, a.Judge(nil).Reason)
		require.Equal(t, traveldoc.Pass, a.Judge([]*pki.Certificate{c}).Verdict)
	}
	body[20] ^= 1
	a, err := seal.ParseAny(icb(t, "B", body))
	require.NoError(t, err)
	require.Equal(t, traveldoc.Fail, a.Judge([]*pki.Certificate{c}).Verdict)

	whole, err := seal.PackC40(strings.ReplaceAll(mrva, "\n", ""))
	require.NoError(t, err)
	number, err := seal.PackC40("ABC123456789")
	require.NoError(t, err)
	messages := append(append(tlv(0x01, tlv(1, whole)), tlv(0x83, number)...), tlv(0x86, []byte{14})...)
	other, err := seal.ParseICB(icb(t, "A", append(country[:2:2], tlv(0x61, messages)...)))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"mrz": mrva, "register_number": "ABC123456789", "national_document_type": "14"}, values(other.Fields()))
	text, format, ok := other.MRZ()
	require.True(t, ok)
	require.Equal(t, mrva, text)
	require.Equal(t, mrz.MRVA, format)

	plain, err := seal.ParseICB(icb(t, "A", append(country, group...)))
	require.NoError(t, err)
	require.Equal(t, seal.Judgement{Verdict: traveldoc.NotDone, Reason: seal.Unsigned}, plain.Judge(nil))
	unsigned, err := seal.ParseICB(icb(t, "B", signed))
	require.NoError(t, err)
	require.Equal(t, traveldoc.Fail, unsigned.Judge(nil).Verdict, "what says that it is signed and is not")
}

func TestWhatIsNoICAOBarcode(t *testing.T) {
	bomb := icb(t, "C", append([]byte{0xD9, 0xC5}, make([]byte, 10<<20)...))
	for name, c := range map[string]struct {
		text []byte
		says string
	}{
		"another text": {[]byte("RDB2A"), "begins with"}, "flag": {[]byte("RDB1ZAA"), "flag"}, "base32": {[]byte("RDB1A01890"), "base32"},
		"no messages": {icb(t, "A", []byte{0xD9, 0xC5}), "tag 61"}, "cut off": {icb(t, "B", []byte{0xD9, 0xC5, 1}), "cut off"},
		"bomb": {bomb, "more than"}, "twice": {icb(t, "A", []byte{0xD9, 0xC5, 0x61, 0, 0x61, 0}), "each once"}, "zlib": {[]byte("RDB1CAAAA"), "invalid header"},
	} {
		_, err := seal.ParseICB(c.text)
		require.ErrorContains(t, err, c.says, name)
	}
}

func FuzzParseAny(f *testing.F) {
	key := keyOf(f, elliptic.P256(), "k")
	messages, err := seal.VisaContent{MRZ: mrva, Entries: 2, Days: 90, PassportNumber: "L898902C", Type: "C"}.Messages()
	require.NoError(f, err)
	visa, err := seal.Sign(key, seal.VisaContent{}.Header(header(f)), messages)
	require.NoError(f, err)
	f.Add(visa)
	f.Add([]byte(nc(nil, make([]byte, 64))))
	zone, err := seal.PackC40(strings.ReplaceAll(td3, "\n", ""))
	require.NoError(f, err)
	f.Add(icb(f, "A", append([]byte{0xD9, 0xC5}, tlv(0x61, tlv(0x08, zone))...)))
	f.Add(icb(f, "C", append([]byte{0xD9, 0xC5}, tlv(0x61, tlv(0x80, []byte{1}))...)))
	certificates := []*pki.Certificate{certificate(f, &key.PublicKey, "UT", "TS", 0x5B)}
	printed, err := mrz.Parse(td3, date(f, "2026-11-22"), mrz.Training)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := seal.ParseAny(data)
		if err != nil {
			return
		}
		for _, field := range a.Fields() {
			if a.NC == nil {
				require.NotEmpty(t, field.Name)
			}
		}
		if j := a.Judge(certificates); j.Verdict == traveldoc.Pass {
			require.NotNil(t, j.Signer)
		}
		seal.Compare(a, printed)
		_, err = json.Marshal(a.Fields())
		require.NoError(t, err)
	})
}
