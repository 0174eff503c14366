package sbi_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

func b64(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// with gives token another header.
func with(t *testing.T, token string, change func(map[string]any)) string {
	t.Helper()
	parts := strings.Split(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(parts[0])
	require.NoError(t, err)
	var h map[string]any
	require.NoError(t, json.Unmarshal(raw, &h))
	change(h)
	raw, err = json.Marshal(h)
	require.NoError(t, err)
	parts[0] = b64(raw)
	return strings.Join(parts, ".")
}

func TestSignature(t *testing.T) {
	m := newMaker(t, nil)
	token, err := m.signer.Sign([]byte("payload"))
	require.NoError(t, err)
	payload, signer, err := m.trust().Verify(token)
	require.NoError(t, err)
	require.Equal(t, "payload", string(payload))
	require.Equal(t, "device", signer.Subject.CommonName)
	_, _, err = m.trust().Verify(strings.ReplaceAll(token, ".", "=."))
	require.ErrorIs(t, err, capture.ErrSignature, "padding is part of what is signed")
}

func TestSignatureThatIsNotBelieved(t *testing.T) {
	m, other := newMaker(t, nil), newMaker(t, nil)
	good, err := m.signer.Sign([]byte("payload"))
	require.NoError(t, err)
	parts := strings.Split(good, ".")
	sign := func(s sbi.Signer) string {
		token, err := s.Sign([]byte("payload"))
		require.NoError(t, err)
		return token
	}
	otherKey := m.signer
	otherKey.Key = keys()[1]
	keyed := with(t, good, func(h map[string]any) { h["alg"] = "HS256" })
	mac := hmac.New(sha256.New, x509.MarshalPKCS1PublicKey(&keys()[0].PublicKey))
	mac.Write([]byte(keyed[:strings.LastIndex(keyed, ".")]))
	for name, token := range map[string]string{
		"of another maker":           sign(other.signer),
		"by another key":             sign(otherKey),
		"of a maker that expired":    sign(newMaker(t, func(c *x509.Certificate) { c.NotAfter = noon().Add(-time.Minute) }).signer),
		"alg none":                   with(t, parts[0]+"."+parts[1]+".", func(h map[string]any) { h["alg"] = "none" }),
		"alg HS256 with the key":     keyed[:strings.LastIndex(keyed, ".")+1] + b64(mac.Sum(nil)),
		"alg in lower case":          with(t, good, func(h map[string]any) { h["alg"] = "rs256" }),
		"alg RS512":                  with(t, good, func(h map[string]any) { h["alg"] = "RS512" }),
		"an extension that is vital": with(t, good, func(h map[string]any) { h["crit"] = []string{"exp"} }),
		"no certificate":             with(t, good, func(h map[string]any) { h["x5c"] = []string{} }),
		"too many certificates":      with(t, good, func(h map[string]any) { h["x5c"] = make([]string, 20) }),
		"certificate is rubbish":     with(t, good, func(h map[string]any) { h["x5c"] = []string{"AAAA"} }),
		"another payload":            parts[0] + "." + b64([]byte("Payload")) + "." + parts[2],
		"no payload":                 parts[0] + ".." + parts[2],
		"another signature":          parts[0] + "." + parts[1] + "." + b64(make([]byte, 256)),
		"two parts":                  parts[0] + "." + parts[1],
		"four parts":                 good + ".",
		"nothing":                    "",
		"no base64":                  "!." + parts[1] + "." + parts[2],
		"header is a list":           b64([]byte("[]")) + "." + parts[1] + "." + parts[2],
		"header is huge":             strings.Repeat("A", 1<<17) + "." + parts[1] + "." + parts[2],
	} {
		t.Run(name, func(t *testing.T) {
			payload, signer, err := m.trust().Verify(token)
			require.ErrorIs(t, err, capture.ErrSignature)
			require.Nil(t, payload)
			require.Nil(t, signer)
			require.NotContains(t, err.Error(), "device", "no name of a certificate")
		})
	}
}

func TestSignerOfTheWrongKind(t *testing.T) {
	expired := newMaker(t, func(c *x509.Certificate) { c.NotAfter = noon().Add(-time.Minute) })
	encrypts := newMaker(t, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })
	weak := newMaker(t, nil)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	weak.signer.Key = small
	weak.signer.Chain[0] = weak.sign(t, weak.signer.Chain[0], weak.root, &small.PublicKey)
	for name, m := range map[string]maker{"expired": expired, "only encrypts": encrypts, "weak": weak} {
		token, err := m.signer.Sign([]byte("payload"))
		require.NoError(t, err, name)
		_, _, err = m.trust().Verify(token)
		require.ErrorIs(t, err, capture.ErrSignature, name)
	}
	m := newMaker(t, nil)
	token, err := m.signer.Sign([]byte("payload"))
	require.NoError(t, err)
	_, _, err = sbi.Trust{Now: noon}.Verify(token)
	require.ErrorIs(t, err, capture.ErrSignature, "no roots are nobody's, not the system's")
}
