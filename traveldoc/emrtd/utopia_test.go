package emrtd_test

import (
	"crypto"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/specimen"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// utopia is the synthetic country of the demo and the training cases, and what it gives to others to verify its documents.
func utopia(t testing.TB) (*specimen.Country, *trust.Store) {
	t.Helper()
	country, err := specimen.New(specimen.Seed(specimen.DemoSeed), traveldoc.DateOf(inspection()))
	require.NoError(t, err)
	var items []trust.Item
	for name, file := range country.Anchors() {
		imported := trust.Import(name, file, trust.Options{Now: inspection(), Origin: trust.Bilateral})
		require.Empty(t, imported.Report.Refused, name)
		items = append(items, imported.Items...)
	}
	store, refused := trust.NewStore(items, 1, inspection())
	require.Empty(t, refused)
	return country, store
}

// Each unusual way to sign changes exactly the verdicts that it must.
func TestUtopia(t *testing.T) {
	country, store := utopia(t)
	document, err := country.Passport(country.Person(1))
	require.NoError(t, err)
	verify := func(t *testing.T, v specimen.Variant) map[string]string {
		chip, err := country.VariantChip(document, v)
		require.NoError(t, err)
		read, err := chip.Read([]byte("8 bytes."))
		require.NoError(t, err)
		return verdicts(emrtd.Verify(emrtd.EvidenceOf(read, "UTO"), store, inspection()))
	}
	usual := verify(t, specimen.Variant{})
	for step, verdict := range usual {
		if step != emrtd.StepDeviation {
			require.Contains(t, verdict, "pass ", step)
		}
	}
	tolerated := one(emrtd.StepStructure, "pass tolerated")
	for name, c := range map[string]struct {
		variant specimen.Variant
		want    map[string]string
	}{
		"revoked":         {specimen.Variant{Signer: specimen.RevokedSigner}, one(emrtd.StepRevocation, "fail revoked")},
		"negative serial": {specimen.Variant{Signer: specimen.NegativeSerial}, tolerated},
		"no AKI":          {specimen.Variant{Signer: specimen.NoAuthorityKey}, nil},
		"RSA":             {specimen.Variant{Signer: specimen.RSASigner}, nil},
		"exponent 3":      {specimen.Variant{Signer: specimen.SmallExponent}, nil},
		"PSS":             {specimen.Variant{Signer: specimen.PSSSigner}, nil},
		"SHA-1":           {specimen.Variant{Signer: specimen.SHA1Signer}, tolerated},
		"explicit curve":  {specimen.Variant{Signer: specimen.ExplicitSigner}, tolerated},
		"SHA-512":         {specimen.Variant{Hash: crypto.SHA512}, nil},
		"version 1":       {specimen.Variant{LDSv1: true}, nil},
		"key identifier":  {specimen.Variant{ByKeyID: true}, nil},
		"indefinite":      {specimen.Variant{Indefinite: true}, tolerated},
		"id-data":         {specimen.Variant{DataContent: true}, tolerated},
		"no signing time": {specimen.Variant{NoSigningTime: true}, one(emrtd.StepSigning, "inconclusive signing_time_unknown")},
		"AA by RSA":       {specimen.Variant{ActiveRSA: true}, nil},
		"bad signature":   {specimen.Variant{BadSignature: true}, one(emrtd.StepSignature, "fail signature_invalid")},
		"expired":         {specimen.Variant{Signer: specimen.ExpiredSigner}, one(emrtd.StepNow, "fail expired")},
		"unknown": {specimen.Variant{Signer: specimen.UnknownSigner}, map[string]string{
			emrtd.StepChain: "inconclusive no_csca", emrtd.StepRevocation: "inconclusive no_crl", // nobody has its authority's list either
			emrtd.StepSigning: "pass signer_only", emrtd.StepNow: "pass signer_only",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			want := maps.Clone(usual)
			maps.Copy(want, c.want)
			require.Equal(t, want, verify(t, c.variant))
		})
	}
}

// Every chip of the training cases is readable to the last file.
func TestUtopiaIsReadable(t *testing.T) {
	country, _ := utopia(t)
	for number := range 5 {
		document, err := country.Card(country.Person(number))
		require.NoError(t, err)
		chip, err := country.Chip(document)
		require.NoError(t, err)
		read := emrtd.Read(chip.Files)
		require.Empty(t, read.Findings)
		require.Len(t, read.DG1.Lines, 3)
		_, ok := read.DG2.Portrait()
		require.True(t, ok)
		infos, err := emrtd.ParseCardAccess(chip.Files["CardAccess"])
		require.NoError(t, err)
		require.NotEmpty(t, infos.PACE)
	}
}
