package sbi_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

// noon is when everything in these tests happens.
func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// keys are made once: RSA keys take long.
var keys = sync.OnceValue(func() [2]*rsa.PrivateKey {
	var made [2]*rsa.PrivateKey
	for i := range made {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		made[i] = key
	}
	return made
})

// maker is a maker of readers: an authority with one device.
type maker struct {
	root   *x509.Certificate
	key    *ecdsa.PrivateKey
	signer sbi.Signer
}

func newMaker(t testing.TB, change func(*x509.Certificate)) maker {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	m := maker{key: key}
	m.root = m.sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "maker"}, NotBefore: noon().Add(-time.Hour), NotAfter: noon().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, &key.PublicKey)
	device := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "device"}, NotBefore: noon().Add(-time.Hour), NotAfter: noon().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if change != nil {
		change(device)
	}
	own := keys()[0]
	m.signer = sbi.Signer{Key: own, Chain: []*x509.Certificate{m.sign(t, device, m.root, &own.PublicKey)}, Random: rand.Reader}
	return m
}

func (m maker) sign(t testing.TB, template, parent *x509.Certificate, key crypto.PublicKey) *x509.Certificate {
	t.Helper()
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, m.key)
	require.NoError(t, err)
	made, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return made
}

func (m maker) trust() sbi.Trust {
	pool := x509.NewCertPool()
	pool.AddCert(m.root)
	return sbi.Trust{Roots: pool, Now: noon}
}

func identity() sbi.DigitalID {
	return sbi.DigitalID{SerialNo: "SIM0000001", Make: "OpenBMIS", Model: "Simulated", Type: sbi.TypeFinger, SubType: sbi.SubTypeSlap, Simulated: true}
}

func reader() sbi.Reader {
	key, err := x509.MarshalPKIXPublicKey(&keys()[0].PublicKey)
	if err != nil {
		panic(err)
	}
	return sbi.Reader{
		Key: key, IdentityKey: key,
		Info:     capture.Info{Make: "OpenBMIS", Model: "Simulated", Serial: "SIM0000001", Slap: true, Simulated: true, State: capture.Ready},
		DeviceID: "1", SubIDs: []int{1, 2, 3}, Env: "Developer", Purpose: sbi.PurposeRegister,
	}
}

// record is a record that the decoder of these tests reads: its first byte is the position, its second the grey level.
func record(p biometrics.Position) []byte { return []byte{byte(p), 200} }

func decodeRecord(raw []byte) (sbi.Decoded, error) {
	if len(raw) != 2 {
		return sbi.Decoded{}, capture.ErrFailed
	}
	pix := make([]byte, 16)
	for i := range pix {
		pix[i] = raw[1]
	}
	return sbi.Decoded{Position: biometrics.Position(raw[0]), Image: biometrics.Image{Width: 4, Height: 4, PPI: 500, Pix: pix}}, nil
}

func (m maker) verifier() sbi.Verifier { return sbi.Verifier{Trust: m.trust(), Decode: decodeRecord} }

func (m maker) service() sbi.Service {
	return sbi.Service{Signer: m.signer, Identity: identity(), Version: sbi.SpecVersion}
}

func rightFour() []biometrics.Position {
	return []biometrics.Position{biometrics.RightIndex, biometrics.RightMiddle, biometrics.RightRing, biometrics.RightLittle}
}

func request(fingers ...biometrics.Position) sbi.CaptureRequest {
	return sbi.NewRequest(reader(), capture.Request{Transaction: "T-1", Fingers: fingers, MinQuality: 60, Timeout: 5 * time.Second}, "", noon())
}

func given(fingers ...biometrics.Position) []sbi.Given {
	var all []sbi.Given
	for _, p := range fingers {
		all = append(all, sbi.Given{Position: p, Record: record(p), Quality: 70, At: noon()})
	}
	return all
}
