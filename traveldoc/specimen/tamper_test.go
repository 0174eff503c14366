package specimen_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/specimen"
)

// verdicts are those of the steps of passive authentication, by name.
func verdicts(t *testing.T, store emrtd.Trust, chip *reader.Chip) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, s := range emrtd.Verify(emrtd.EvidenceOf(chip, specimen.State), store, at).Steps {
		out[s.Name] = s.Verdict.String()
	}
	return out
}

// Every way of signing that is in use verifies, whatever the form; what is wrong with a signer is found and nothing else.
func TestEveryVariantVerifies(t *testing.T) {
	c := country(t)
	store := anchored(t, c)
	document := passport(t, c)
	variants := map[string]specimen.Variant{
		"key id": {ByKeyID: true}, "indefinite": {Indefinite: true}, "lds 1": {LDSv1: true}, "id-data": {DataContent: true}, "no time": {NoSigningTime: true},
		"active rsa": {ActiveRSA: true}, "bad signature": {BadSignature: true},
	}
	for _, s := range specimen.Signers() {
		variants[string(s)] = specimen.Variant{Signer: s}
	}
	usual := map[string]string{}
	for _, name := range []string{"", "key id"} { // the usual one first
		chip, err := c.VariantChip(document, variants[name])
		require.NoError(t, err)
		read, err := chip.Read([]byte("12345678"))
		require.NoError(t, err)
		usual = verdicts(t, store, read)
	}
	differ := map[string]map[string]string{
		"revoked": {"revocation": "fail"}, "unknown": {"chain": "inconclusive", "revocation": "inconclusive"}, "expired": {"validity_now": "fail"},
		"bad signature": {"sod_signature": "fail"}, "no time": {"validity_at_signing": "inconclusive"},
		"older": {"validity_at_signing": "fail"}, // it had ceased to sign when this document was issued
	}
	for name, v := range variants {
		t.Run(name, func(t *testing.T) {
			chip, err := c.VariantChip(document, v)
			require.NoError(t, err)
			read, err := chip.Read([]byte("12345678"))
			require.NoError(t, err)
			want := maps.Clone(usual)
			maps.Copy(want, differ[name])
			require.Equal(t, want, verdicts(t, store, read))
		})
	}
}

// Each change of a file changes its own verdict and no other.
func TestEachTamperingIsFoundWhereItWasDone(t *testing.T) {
	c := country(t)
	store := anchored(t, c)
	chip, err := c.Chip(passport(t, c))
	require.NoError(t, err)
	genuine, err := chip.Read([]byte("12345678"))
	require.NoError(t, err)
	before := verdicts(t, store, genuine)
	for _, group := range []string{"DG1", "DG2", "DG7", "DG11", "DG12", "DG14"} {
		t.Run(group, func(t *testing.T) {
			read := *genuine
			read.Files = maps.Clone(genuine.Files)
			changed := append([]byte(nil), read.Files[group]...)
			changed[len(changed)/2] ^= 1
			read.Files[group] = changed
			want := maps.Clone(before)
			want["hash_dg"+group[2:]] = traveldoc.Fail.String()
			require.Equal(t, want, verdicts(t, store, &read))
		})
	}
	t.Run("response", func(t *testing.T) {
		read := *genuine
		read.Active = &reader.ActiveAuthentication{Challenge: genuine.Active.Challenge, Response: append([]byte(nil), genuine.Active.Response...)}
		read.Active.Response[5] ^= 1
		want := maps.Clone(before)
		want["active_authentication"] = traveldoc.Fail.String()
		require.Equal(t, want, verdicts(t, store, &read))
	})
}
