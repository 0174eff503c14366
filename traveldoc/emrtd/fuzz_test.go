package emrtd_test

import (
	"crypto"
	"crypto/elliptic"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/emrtdtest"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
	"github.com/openbmis/openbmis/traveldoc/pki"
	"github.com/openbmis/openbmis/traveldoc/reader"
	"github.com/openbmis/openbmis/traveldoc/trust"
)

// fuzzFile hands any bytes to the parser of one file: never a panic, never more than there is, and a clear error.
func fuzzFile[T any](f *testing.F, name string, parse func([]byte) (*T, error), more func(t *testing.T, read *T, data []byte)) {
	f.Helper()
	files := chipFiles(f)
	seed := files[name]
	f.Add(seed)
	f.Add(append(append([]byte{}, seed...), 0, 0))
	for _, cut := range []int{0, 1, 2, len(seed) / 2, len(seed) - 1} {
		f.Add(seed[:min(cut, len(seed))])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := parse(data)
		if err != nil {
			require.Nil(t, read)
			require.ErrorContains(t, err, name+": ")
			return
		}
		more(t, read, data)
	})
}

func FuzzCOM(f *testing.F) {
	fuzzFile(f, "COM", emrtd.ParseCOM, func(t *testing.T, com *emrtd.COM, data []byte) {
		require.LessOrEqual(t, len(com.Groups)+len(com.Unknown), len(data))
		for _, n := range com.Groups {
			require.True(t, n >= 1 && n <= emrtd.Groups)
		}
	})
}

func FuzzDG1(f *testing.F) {
	f.Add(emrtdtest.DG1("I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<"))
	fuzzFile(f, "DG1", emrtd.ParseDG1, func(t *testing.T, d *emrtd.DG1, _ []byte) {
		joined := ""
		for _, line := range d.Lines {
			joined += line
		}
		require.Equal(t, d.MRZ, joined, "no cell is lost")
		require.LessOrEqual(t, len(d.Code())+len(d.IssuingState()), 5)
	})
}

func FuzzDG2(f *testing.F) {
	f.Add(emrtdtest.DG2Container(emrtdtest.Container(emrtdtest.Picture())))
	f.Add(emrtdtest.DG2(emrtdtest.FaceRecord(3, emrtdtest.Picture(), emrtdtest.Picture()), emrtdtest.FaceRecord(0, emrtdtest.Picture())))
	fuzzFile(f, "DG2", emrtd.ParseDG2, func(t *testing.T, d *emrtd.DG2, data []byte) {
		require.NotEmpty(t, d.Faces)
		require.LessOrEqual(t, len(d.Faces), emrtd.MaxFaces)
		size := 0
		for _, face := range d.Faces {
			require.LessOrEqual(t, len(face.Points), emrtd.MaxPoints)
			size += len(face.Image.Data)
		}
		require.LessOrEqual(t, size, len(data), "images are parts of the file")
	})
}

func FuzzDG11(f *testing.F) {
	f.Add(tlv.Write(0x6B, tlv.Write(0x5C, []byte{0x5F, 0x0F}), tlv.Write(0xA0, []byte{2, 1, 1}, emrtdtest.Text(0x5F0F, "A<<B"))))
	f.Add(tlv.Write(0x6B, emrtdtest.Text(0x5F2B, "1974<<<<"), emrtdtest.Text(0x5F13, "B\xC4CKER<<")))
	fuzzFile(f, "DG11", emrtd.ParseDG11, func(t *testing.T, d *emrtd.DG11, _ []byte) {
		_, err := traveldoc.ParseDate(d.BirthDate.String())
		require.NoError(t, err)
		require.NotContains(t, d.Name.Primary+d.Name.Secondary+d.Profession, "<")
	})
}

func FuzzDG12(f *testing.F) {
	fuzzFile(f, "DG12", emrtd.ParseDG12, func(t *testing.T, d *emrtd.DG12, _ []byte) {
		_, err := traveldoc.ParseDate(d.Issued.String())
		require.NoError(t, err)
	})
}

func FuzzDG14(f *testing.F) {
	fuzzFile(f, "DG14", emrtd.ParseDG14, func(t *testing.T, d *emrtd.SecurityInfos, data []byte) {
		require.LessOrEqual(t, len(d.PACE)+len(d.Chip)+len(d.ChipKeys)+len(d.Other), len(data))
	})
}

func FuzzDG15(f *testing.F) {
	fuzzFile(f, "DG15", emrtd.ParseDG15, func(t *testing.T, d *emrtd.DG15, _ []byte) {
		require.Equal(t, d.Key == nil, len(codes(d.Findings)) > 0 && codes(d.Findings)[len(d.Findings)-1] == emrtd.KeyUnsupported)
	})
}

// FuzzSOD hands any bytes to the whole verification: whatever they are, every step has a verdict, and none passes that needs a signature
// unless the bytes are those signed.
func FuzzSOD(f *testing.F) {
	w := newWorld(f)
	genuine := w.evidence.Files["SOD"]
	f.Add(genuine)
	w.sod.Indefinite = true
	w.resign(f)
	f.Add(w.evidence.Files["SOD"])
	w.sod.Indefinite, w.sod.SignerByKeyID, w.sod.Versions = false, true, true
	w.resign(f)
	f.Add(w.evidence.Files["SOD"])
	f.Add([]byte{0x77, 0x80, 0x30, 0x80})
	files := w.files
	f.Fuzz(func(t *testing.T, data []byte) {
		e := emrtd.Evidence{Files: map[string][]byte{"SOD": data, "COM": files["COM"], "DG1": files["DG1"], "DG15": files["DG15"]}}
		r := emrtd.Verify(e, nil, inspection())
		require.GreaterOrEqual(t, len(r.Steps), 12)
		for _, s := range r.Steps {
			require.Contains(t, emrtd.StepNames(), s.Name)
			noted := s.Reason == emrtd.ReasonTolerated || s.Reason == emrtd.ReasonSignerOnly
			require.True(t, s.Verdict != traveldoc.Pass || s.Reason == "" || noted, "%+v", s)
			if s.Name == emrtd.StepChain {
				require.NotEqual(t, traveldoc.Pass, s.Verdict, "there is no anchor")
			}
		}
	})
}

// FuzzAnswer hands any answer to the verification of active authentication: none passes, for its key never answered.
func FuzzAnswer(f *testing.F) {
	byRSA, byCurve := rsaKey(f, 1024), curveKey(f, elliptic.P256())
	challenge := []byte("8 bytes.")
	answer, err := emrtdtest.AnswerISO9796(byRSA, []byte("another."), crypto.SHA256, false)
	require.NoError(f, err)
	f.Add(answer)
	answer, err = emrtdtest.AnswerECDSA(byCurve, []byte("another."), crypto.SHA256)
	require.NoError(f, err)
	f.Add(answer)
	f.Add([]byte{})
	f.Add(make([]byte, 128))
	keys := []*pki.PublicKey{publicKey(f, byRSA.Public()), publicKey(f, byCurve.Public())}
	f.Fuzz(func(t *testing.T, response []byte) {
		for _, key := range keys {
			_, err := emrtd.VerifyActive(key, nil, challenge, response)
			require.ErrorIs(t, err, pki.ErrSignature)
		}
	})
}

// FuzzActive hands any key, as DG15 holds it, and any answer to the verification: it passes, says what is wrong, or that it cannot tell.
func FuzzActive(f *testing.F) {
	byRSA, byCurve := rsaKey(f, 1024), curveKey(f, elliptic.P256())
	challenge := []byte("8 bytes.")
	answer, err := emrtdtest.AnswerISO9796(byRSA, challenge, crypto.SHA256, false)
	require.NoError(f, err)
	f.Add(spki(f, byRSA.Public()), answer)
	answer, err = emrtdtest.AnswerECDSA(byCurve, challenge, crypto.SHA256)
	require.NoError(f, err)
	f.Add(spki(f, byCurve.Public()), answer)
	f.Add(smallRSA(), []byte{0x05})
	f.Add(smallRSA(), []byte{})
	f.Fuzz(func(t *testing.T, spki, response []byte) {
		key, err := pki.ParsePublicKey(spki)
		if err != nil {
			return
		}
		if _, err := emrtd.VerifyActive(key, nil, challenge, response); err != nil {
			require.True(t, errors.Is(err, pki.ErrSignature) || errors.Is(err, pki.ErrUnsupported), err)
		}
	})
}

// FuzzVerify hands any files of a chip, together, to the whole verification: every step has a known name and reason.
func FuzzVerify(f *testing.F) {
	w := newWorld(f)
	e := w.evidence.Files
	add := func(answer []byte) {
		f.Add(e["SOD"], e["COM"], e["DG1"], e["DG2"], e["DG14"], e["DG15"], answer)
	}
	add(w.evidence.Active.Response)
	w.files["DG15"] = emrtdtest.DG15(smallRSA())
	w.resign(f)
	e = w.evidence.Files
	add([]byte{0x05})
	store, refused := trust.NewStore(w.items, 7, inspection())
	require.Empty(f, refused)
	f.Fuzz(func(t *testing.T, sod, com, dg1, dg2, dg14, dg15, answer []byte) {
		r := emrtd.Verify(emrtd.Evidence{
			Files:  map[string][]byte{"SOD": sod, "COM": com, "DG1": dg1, "DG2": dg2, "DG14": dg14, "DG15": dg15},
			Active: &reader.ActiveAuthentication{Challenge: []byte("8 bytes."), Response: answer}, IssuingState: "UTO",
		}, store, inspection())
		for _, s := range r.Steps {
			require.Contains(t, emrtd.StepNames(), s.Name)
			require.True(t, s.Reason == "" || slices.Contains(emrtd.Reasons(), s.Reason), "%+v", s)
		}
	})
}
