package ca_test

import (
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/internal/ca"
)

func TestACarriersCertificateIsNoStations(t *testing.T) {
	authority, err := ca.OpenOrCreate(t.TempDir(), rand.Reader, time.Now)
	require.NoError(t, err)
	key, request, err := ca.NewCarrierRequest(rand.Reader, "XA")
	require.NoError(t, err)
	der, err := ca.DecodeRequest(request)
	require.NoError(t, err)
	chain, err := authority.SignCarrier(der, "XA")
	require.NoError(t, err)
	_, err = tls.X509KeyPair(ca.EncodeChain(chain...), key)
	require.NoError(t, err)

	code, err := ca.CarrierOf(chain[0])
	require.NoError(t, err)
	require.Equal(t, "XA", code)
	_, err = ca.StationOf(chain[0])
	require.Error(t, err, "a carrier is no station")
	require.Error(t, ca.Stations(&ca.DenyList{})(chain[0]))
	require.False(t, chain[0].NotAfter.After(chain[1].NotAfter), "it ends before what signed it")

	station, err := ca.NewRequest(rand.Reader, "xa")
	require.NoError(t, err)
	stations, err := authority.SignStation(station.DER, "xa")
	require.NoError(t, err)
	_, err = ca.CarrierOf(stations[0])
	require.Error(t, err, "a station is no carrier")

	denied := &ca.DenyList{}
	require.NoError(t, ca.Carriers(denied)(chain[0]))
	denied.Add(ca.Serial(chain[0]))
	require.ErrorIs(t, ca.Carriers(denied)(chain[0]), ca.ErrDenied)
	_, err = chain[0].Verify(x509.VerifyOptions{
		Roots: authority.Roots(), Intermediates: pool(chain[1]), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	require.Error(t, err, "it is no server's")
}

func pool(cert *x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(cert)
	return p
}

func TestRequestsOfCarriersThatAreRefused(t *testing.T) {
	authority, err := ca.OpenOrCreate(t.TempDir(), rand.Reader, time.Now)
	require.NoError(t, err)
	_, request, err := ca.NewCarrierRequest(rand.Reader, "XA")
	require.NoError(t, err)
	der, err := ca.DecodeRequest(request)
	require.NoError(t, err)
	for _, code := range []string{"", "xa", "XAAA", "X", "X.", "XA\n"} {
		_, err := authority.SignCarrier(der, code)
		require.Error(t, err, code)
	}
	_, err = authority.SignCarrier([]byte("no request"), "XA")
	require.Error(t, err)
	for _, text := range []string{"", "x", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"} {
		_, err := ca.DecodeRequest([]byte(text))
		require.Error(t, err)
	}
}
