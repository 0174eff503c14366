package emrtd_test

import (
	"crypto"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/emrtdtest"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// tampering is one thing that is wrong, and what must come of it.
type tampering struct {
	name string
	do   func(t testing.TB, w *world)
	// want are the steps that change, with verdict and reason; every other step stays as it was.
	want map[string]string
}

func one(step, verdict string) map[string]string { return map[string]string{step: verdict} }

func tamperings() []tampering {
	return slices.Concat(fileTamperings(), sodTamperings(), certificateTamperings(), chainTamperings(), listTamperings(), cloneTamperings())
}

func fileTamperings() []tampering {
	all := []tampering{
		{"DG15 replaced: the chip proves another key", func(t testing.TB, w *world) {
			w.active, w.evidence.Files["DG15"], _ = activeKey(t)
			answer, err := emrtdtest.AnswerECDSA(w.active, w.evidence.Active.Challenge, crypto.SHA256)
			require.NoError(t, err)
			w.evidence.Active = &reader.ActiveAuthentication{Challenge: w.evidence.Active.Challenge, Response: answer}
		}, map[string]string{"hash_dg15": "fail hash_mismatch", "active_authentication": "inconclusive key_not_signed"}},
		{"DG15 broken", func(t testing.TB, w *world) { w.evidence.Files["DG15"] = []byte{0x6F, 0x7F} },
			map[string]string{"hash_dg15": "fail hash_mismatch", "active_authentication": "inconclusive key_unreadable"}},
		{"DG15 held back", func(t testing.TB, w *world) { delete(w.evidence.Files, "DG15") },
			map[string]string{"hash_dg15": "not_done not_read", "active_authentication": "not_done key_not_read"}},
		{"DG1 broken", func(t testing.TB, w *world) { w.evidence.Files["DG1"] = []byte{0x61, 0x7F} },
			map[string]string{"hash_dg1": "fail hash_mismatch", "document_type": "inconclusive dg1_unreadable"}},
		{"DG1 not read", func(t testing.TB, w *world) { delete(w.evidence.Files, "DG1") },
			map[string]string{"hash_dg1": "not_done not_read", "document_type": "not_done dg1_not_read"}},
		{"DG2 not read", func(t testing.TB, w *world) { delete(w.evidence.Files, "DG2") }, one("hash_dg2", "not_done not_read")},
		{"DG13 in nobody's list", func(t testing.TB, w *world) {
			w.sod.OmitGroups = []int{13}
			w.files["COM"] = emrtdtest.COM(0x61, 0x75, 0x67, 0x6B, 0x6C, 0x6E, 0x6F, 0x70)
			w.resign(t)
		}, one("hash_dg13", "fail not_in_sod")},
		{"padding behind DG2", func(t testing.TB, w *world) {
			w.evidence.Files["DG2"] = append(slices.Clone(w.evidence.Files["DG2"]), 0, 0, 0)
		}, nil},
		{"COM names less", func(t testing.TB, w *world) { w.evidence.Files["COM"] = emrtdtest.COM(0x61, 0x75) }, one("com_sod", "fail lists_differ")},
		{"COM broken", func(t testing.TB, w *world) { w.evidence.Files["COM"] = []byte{0x60} }, one("com_sod", "inconclusive com_unreadable")},
		{"COM not read", func(t testing.TB, w *world) { delete(w.evidence.Files, "COM") }, one("com_sod", "not_done no_com")},
		{"COM of another version", func(t testing.TB, w *world) {
			w.sod.Versions = true
			w.resign(t)
			w.corrupt(t, "COM", "0107")
		}, one("com_sod", "fail versions_differ")},
	}
	for file, text := range map[string]string{
		"DG1": "E184226B", "DG2": "no picture", "DG7": "no picture", "DG11": "ERIKSSON", "DG12": "UTOPIA", "DG13": "own", "DG14": "\x02\x01\x0D",
		"DG16": "SMITH",
	} {
		all = append(all, tampering{file + " altered", func(t testing.TB, w *world) { w.corrupt(t, file, text) },
			one(emrtd.StepHash(emrtd.GroupOf(file)), "fail hash_mismatch")})
	}
	return all
}

func sodTamperings() []tampering {
	signed := func(change func(o *emrtdtest.SODOptions)) func(t testing.TB, w *world) {
		return func(t testing.TB, w *world) {
			change(&w.sod)
			w.resign(t)
		}
	}
	return []tampering{
		{"signature altered", signed(func(o *emrtdtest.SODOptions) { o.BreakSignature = true }), one("sod_signature", "fail signature_invalid")},
		{"signed digest of other content", signed(func(o *emrtdtest.SODOptions) { o.BreakDigest = true }), one("sod_signature", "fail signature_invalid")},
		{"signature algorithm that is not known", signed(func(o *emrtdtest.SODOptions) { o.Algorithm = "1.2.3.4" }),
			one("sod_signature", "inconclusive unsupported")},
		{"no signing time", signed(func(o *emrtdtest.SODOptions) { o.SigningTime = time.Time{} }),
			one("validity_at_signing", "inconclusive signing_time_unknown")},
		{"signed before the signer's time", signed(func(o *emrtdtest.SODOptions) { o.SigningTime = o.SigningTime.AddDate(-1, 0, 0) }),
			one("validity_at_signing", "fail outside_validity")},
		{"indefinite lengths", signed(func(o *emrtdtest.SODOptions) { o.Indefinite = true }), one("sod_structure", "pass tolerated")},
		{"signer named by no certificate", signed(func(o *emrtdtest.SODOptions) { o.WrongIssuer = true }), one("sod_structure", "pass tolerated")},
		{"Belgian and French type", signed(func(o *emrtdtest.SODOptions) { o.ContentType = "1.3.27.1.1.1" }), one("sod_structure", "pass tolerated")},
		{"Dutch type", signed(func(o *emrtdtest.SODOptions) { o.ContentType = "1.2.528.1.1006.1.20.1" }), one("sod_structure", "pass tolerated")},
		{"Chinese type", signed(func(o *emrtdtest.SODOptions) { o.ContentType = "1.2.840.113549.1.7.1" }), one("sod_structure", "pass tolerated")},
		{"signer by key identifier", signed(func(o *emrtdtest.SODOptions) { o.SignerByKeyID = true }), nil},
		{"version 1", signed(func(o *emrtdtest.SODOptions) { o.Versions = true }), nil},
		{"SHA-1", signed(func(o *emrtdtest.SODOptions) { o.Hash = crypto.SHA1 }), nil},
		{"SHA-224", signed(func(o *emrtdtest.SODOptions) { o.Hash = crypto.SHA224 }), nil},
		{"SHA-384", signed(func(o *emrtdtest.SODOptions) { o.Hash = crypto.SHA384 }), nil},
		{"SHA-512", signed(func(o *emrtdtest.SODOptions) { o.Hash = crypto.SHA512 }), nil},
	}
}

func certificateTamperings() []tampering {
	signer := func(o emrtdtest.SignerOptions) func(t testing.TB, w *world) {
		return func(t testing.TB, w *world) {
			if o.DocumentTypes == nil {
				o.DocumentTypes = []string{"P"}
			}
			w.sign(t, o)
		}
	}
	return []tampering{
		{"signer with RSA", signer(emrtdtest.SignerOptions{RSA: true}), nil},
		{"signer expired", signer(emrtdtest.SignerOptions{NotAfter: inspection().AddDate(0, 0, -1)}), one("validity_now", "fail expired")},
		{"signer not yet valid", signer(emrtdtest.SignerOptions{NotBefore: inspection().AddDate(0, 0, 1)}),
			map[string]string{"validity_now": "fail not_yet_valid", "validity_at_signing": "fail outside_validity"}},
		{"signed after the key's time", signer(emrtdtest.SignerOptions{KeyUntil: inspection().AddDate(-1, 0, -1)}),
			one("validity_at_signing", "fail outside_validity")},
		{"certificates without a country", func(t testing.TB, w *world) {
			nameless, err := emrtdtest.NewCountry("", inspection())
			require.NoError(t, err)
			w.country = nameless
			w.sign(t, emrtdtest.SignerOptions{DocumentTypes: []string{"P"}})
			w.trust(t)
		}, one("country", "inconclusive country_not_stated")},
		{"signer of another country", signer(emrtdtest.SignerOptions{Country: "XX"}), one("country", "fail country_differs")},
		{"signer without a country", signer(emrtdtest.SignerOptions{Country: "-"}), nil},
		{"signer of cards", signer(emrtdtest.SignerOptions{DocumentTypes: []string{"ID", "AR"}}), one("document_type", "fail type_not_listed")},
		{"signer without types", func(t testing.TB, w *world) { w.sign(t, emrtdtest.SignerOptions{}) },
			one("document_type", "not_done no_document_types")},
		{"authority that only its own State vouches for", func(_ testing.TB, w *world) {
			w.items[0].Sources = []trust.Source{{Origin: trust.SelfAsserted, List: "utopia.cer", Date: inspection()}}
		}, one("chain", "pass self_asserted")},
		{"page of another country", func(_ testing.TB, w *world) { w.evidence.IssuingState = "D" }, one("country", "fail country_differs")},
		{"page not read", func(_ testing.TB, w *world) { w.evidence.IssuingState = "" }, nil},
		{"signer made with another key than the authority's", func(t testing.TB, w *world) {
			forger, err := w.country.Forger()
			require.NoError(t, err)
			w.country = forger
			w.sign(t, emrtdtest.SignerOptions{DocumentTypes: []string{"P"}})
		}, map[string]string{
			"chain":               "fail bad_signature",
			"validity_at_signing": "pass signer_only", "validity_now": "pass signer_only", // no anchor whose validity could be looked at
		}},
		{"authority of the same name", func(t testing.TB, w *world) {
			other, err := emrtdtest.NewCountry("UT", inspection())
			require.NoError(t, err)
			w.country = other
			w.sign(t, emrtdtest.SignerOptions{DocumentTypes: []string{"P"}})
		}, map[string]string{
			"chain":               "inconclusive no_csca",
			"validity_at_signing": "pass signer_only", "validity_now": "pass signer_only",
		}},
	}
}

// chainTamperings are chains whose signatures hold and that prove nothing.
func chainTamperings() []tampering {
	return []tampering{
		{"the CSCA is no authority", func(t testing.TB, w *world) {
			none, err := w.country.NoAuthority()
			require.NoError(t, err)
			w.items[0] = item(trust.CSCA, none.CSCA.Raw)
		}, map[string]string{
			"chain": "inconclusive issuer_not_ca", "validity_at_signing": "pass signer_only", "validity_now": "pass signer_only",
			"revocation": "inconclusive crl_not_trusted",
		}},
		{"an authority below one that allows none", func(t testing.TB, w *world) {
			below, err := w.country.Below()
			require.NoError(t, err)
			w.items = append(w.items, item(trust.Link, below.CSCA.Raw))
			w.country = below
			w.sign(t, emrtdtest.SignerOptions{DocumentTypes: []string{"P", "ID"}})
		}, map[string]string{"chain": "inconclusive path_length", "revocation": "inconclusive no_crl"}},
		{"a critical extension that nobody knows", func(t testing.TB, w *world) {
			w.sign(t, emrtdtest.SignerOptions{DocumentTypes: []string{"P", "ID"}, Critical: true})
		}, one("chain", "inconclusive unknown_critical")},
		{"an anchor from a list whose signature is wrong", func(_ testing.TB, w *world) {
			w.items[0].Sources[0].Origin, w.items[0].Sources[0].Verified = trust.Listed, traveldoc.Fail
		}, one("chain", "inconclusive unverified_list")},
	}
}

func listTamperings() []tampering {
	list := func(at, next time.Time, revoke bool) func(t testing.TB, w *world) {
		return func(t testing.TB, w *world) {
			var revoked []*emrtdtest.Signer
			if revoke {
				revoked = append(revoked, w.signer)
			}
			crl, err := w.country.CRL(at, next, revoked...)
			require.NoError(t, err)
			w.items[1] = item(trust.CRL, crl)
		}
	}
	defects := func(d ...trust.Defect) func(t testing.TB, w *world) {
		return func(_ testing.TB, w *world) {
			w.items = w.items[:2]
			for _, defect := range d {
				w.items = append(w.items, trust.Item{ID: "d" + defect.Defect, Kind: trust.Deviation, Defect: &defect, Sources: sources()})
			}
		}
	}
	now := inspection()
	return []tampering{
		{"signer revoked", list(now.AddDate(0, 0, -1), now.AddDate(0, 1, 0), true), one("revocation", "fail revoked")},
		{"list expired", list(now.AddDate(0, -2, 0), now.AddDate(0, -1, 0), false), one("revocation", "inconclusive crl_expired")},
		{"list that the authority did not sign", func(t testing.TB, w *world) {
			forger, err := w.country.Forger()
			require.NoError(t, err)
			crl, err := forger.CRL(now.AddDate(0, 0, -1), now.AddDate(0, 1, 0))
			require.NoError(t, err)
			w.items[1] = item(trust.CRL, crl)
		}, one("revocation", "inconclusive crl_not_trusted")},
		{"no list", func(_ testing.TB, w *world) { w.items = slices.Delete(w.items, 1, 2) }, one("revocation", "inconclusive no_crl")},
		{"known defect", defects(trust.Defect{Issuer: "UTO", Defect: "wrong_hash"}), one("deviation_list", "fail known_defect")},
		{"no deviation list", defects(), one("deviation_list", "inconclusive no_deviation_list")},
	}
}

func cloneTamperings() []tampering {
	return []tampering{
		{"answer altered", func(_ testing.TB, w *world) { w.evidence.Active.Response[40] ^= 1 }, one("active_authentication", "fail response_invalid")},
		{"answer to another challenge", func(_ testing.TB, w *world) { w.evidence.Active.Challenge = []byte("another.") },
			one("active_authentication", "fail response_invalid")},
		{"answer cut", func(_ testing.TB, w *world) { w.evidence.Active.Response = w.evidence.Active.Response[:63] },
			one("active_authentication", "fail response_invalid")},
		{"challenge cut", func(_ testing.TB, w *world) { w.evidence.Active.Challenge = []byte("short") },
			one("active_authentication", "inconclusive unsupported")},
		{"no active authentication", func(_ testing.TB, w *world) { w.evidence.Active = nil }, one("active_authentication", "not_done not_recorded")},
		{"chip authentication failed", func(_ testing.TB, w *world) { w.evidence.ChipAuthentication = reader.Error },
			one("chip_authentication", "fail failed_at_device")},
		{"PACE-CAM failed", func(_ testing.TB, w *world) { w.evidence.PACECAM = reader.Error }, one("chip_authentication", "fail failed_at_device")},
		{"no chip authentication", func(_ testing.TB, w *world) { w.evidence.ChipAuthentication = reader.WasNotDone },
			one("chip_authentication", "not_done absent")},
	}
}

// Each tampering changes exactly its own verdict.
func TestTamperings(t *testing.T) {
	for _, c := range tamperings() {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			want := verdicts(w.verify(t))
			c.do(t, w)
			maps.Copy(want, c.want)
			require.Equal(t, want, verdicts(w.verify(t)))
		})
	}
}

// Two tamperings show as both, whichever they are: none hides another.
func TestTamperingsDoNotHideEachOther(t *testing.T) {
	changesEvidence := slices.Concat(fileTamperings(), cloneTamperings())
	changesEvidence = slices.DeleteFunc(changesEvidence, func(c tampering) bool {
		return len(c.want) != 1 || c.name == "COM of another version" || c.name == "DG13 in nobody's list"
	})
	genuine := newWorld(t)
	base := verdicts(genuine.verify(t))
	rapid.Check(t, func(r *rapid.T) {
		picked := rapid.SliceOfNDistinct(rapid.SampledFrom(changesEvidence), 1, 4, func(c tampering) string {
			return slices.Collect(maps.Keys(c.want))[0]
		}).Draw(r, "tamperings")
		w := *genuine
		w.evidence.Files = maps.Clone(genuine.evidence.Files)
		active := *genuine.evidence.Active
		active.Response = slices.Clone(active.Response)
		w.evidence.Active = &active
		want := maps.Clone(base)
		for _, c := range picked {
			c.do(t, &w)
			maps.Copy(want, c.want)
		}
		require.Equal(r, want, verdicts(w.verify(t)))
	})
}

// Any single altered byte of any data group is seen by that group's hash, and no other hash fails.
func TestEveryByteCounts(t *testing.T) {
	w := newWorld(t)
	store, _ := trust.NewStore(w.items, 7, inspection())
	rapid.Check(t, func(r *rapid.T) {
		file := rapid.SampledFrom(slices.Sorted(maps.Keys(w.files))).Filter(func(f string) bool { return f != "COM" }).Draw(r, "file")
		e := w.evidence
		e.Files = maps.Clone(e.Files)
		data := slices.Clone(e.Files[file])
		data[rapid.IntRange(0, len(data)-1).Draw(r, "at")] ^= byte(rapid.IntRange(1, 255).Draw(r, "by"))
		e.Files[file] = data
		report := emrtd.Verify(e, store, inspection())
		for _, s := range report.Steps {
			if n := slices.Index(emrtd.StepNames(), s.Name) - 1; n >= 1 && n <= emrtd.Groups {
				require.Equal(r, emrtd.FileDG(n) == file, s.Verdict == traveldoc.Fail, s.Name)
			}
		}
	})
}
