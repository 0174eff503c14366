package crosscheck_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/border"
	"github.com/openbmis/openbmis/border/crosscheck"
	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// edited is a JPEG image whose Exif data names a program.
func edited(t *testing.T, program string, order binary.AppendByteOrder) []byte {
	t.Helper()
	var plain bytes.Buffer
	require.NoError(t, jpeg.Encode(&plain, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	mark := "II"
	if order == binary.AppendByteOrder(binary.BigEndian) {
		mark = "MM"
	}
	tiff := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	tiff = order.AppendUint16(tiff, 1)
	tiff = order.AppendUint16(tiff, 305)
	tiff = order.AppendUint16(tiff, 2)
	tiff = order.AppendUint32(tiff, uint32(len(program)+1))
	tiff = order.AppendUint32(tiff, 26)
	tiff = order.AppendUint32(tiff, 0)
	tiff = append(append(tiff, program...), 0)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xFF, 0xD8, 0xFF, 0xE1}, binary.BigEndian.AppendUint16(nil, uint16(len(segment)+2))...)
	return append(append(out, segment...), plain.Bytes()[2:]...)
}

func images(t *testing.T, r *reader.Reading, zone func(reader.Image) (crosscheck.Grid, error)) border.Finding {
	t.Helper()
	s := traveller(t)
	s.Reading = r
	s.Document.MRZ = "P<UTO\nX4R8"
	f, err := crosscheck.Images{Rules: rules(t), Zone: zone}.Check(t.Context(), s)
	require.NoError(t, err)
	return f
}

func TestTheProgramThatEditedAnImageIsNamed(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
		data := edited(t, "Retoucher 7", order)
		require.Equal(t, "Retoucher 7", crosscheck.Software(data))
		f := images(t, &reader.Reading{Images: []reader.Image{{Light: reader.White, Data: data}}}, nil)
		require.Equal(t, traveldoc.Fail, step(t, f, "image.software").Verdict)
		require.NotEqual(t, border.Hit, f.Outcome, "a weak sign is a note")
	}
	require.Empty(t, crosscheck.Software([]byte("no image")))
}

func TestTheImageMustShowTheZoneThatTheReaderTold(t *testing.T) {
	page := &reader.Reading{Images: []reader.Image{{Light: reader.White, Data: []byte{1}}}}
	read := func(text string, odd ...string) func(reader.Image) (crosscheck.Grid, error) {
		return func(reader.Image) (crosscheck.Grid, error) { return crosscheck.Grid{Text: text, Odd: odd}, nil }
	}
	f := images(t, page, read("P<UTO\nX4R8"))
	require.Equal(t, traveldoc.Pass, step(t, f, "image.zone").Verdict)
	require.Equal(t, traveldoc.Pass, step(t, f, "image.grid").Verdict)
	require.Equal(t, border.NoHit, f.Outcome)

	require.Equal(t, traveldoc.Inconclusive, step(t, images(t, page, read("P<UTO\nX4R9")), "image.zone").Verdict)

	f = images(t, page, read("P<UTO\nX4R8", "2:1", "2:4"))
	require.Equal(t, traveldoc.Fail, step(t, f, "image.grid").Verdict)
	require.Equal(t, border.Acknowledge, f.Severity())

	f = images(t, page, func(reader.Image) (crosscheck.Grid, error) { return crosscheck.Grid{}, errors.New("nothing there") })
	require.Equal(t, traveldoc.Inconclusive, step(t, f, "image.zone").Verdict)
	require.NotEqual(t, border.Hit, f.Outcome)
}

func TestTheDevicesVerdictsAreEvidenceWithTheirSource(t *testing.T) {
	f := images(t, &reader.Reading{Device: reader.Device{Vendor: "Maker", Model: "9000"}, Authenticity: []reader.Authenticity{
		{Feature: "uv_luminescence", Result: reader.OK}, {Feature: "holograms", Result: reader.Error, Detail: "none seen"},
		{Feature: "feature-33", Result: reader.WasNotDone},
	}}, nil)
	require.Equal(t, border.Hit, f.Outcome)
	require.Equal(t, traveldoc.Pass, step(t, f, "device.uv_luminescence").Verdict)
	bad := step(t, f, "device.holograms")
	require.Equal(t, traveldoc.Fail, bad.Verdict)
	require.Equal(t, "Maker 9000", bad.Values[0].Text)
	require.Equal(t, traveldoc.NotDone, step(t, f, "device.feature-33").Verdict)

	f = images(t, &reader.Reading{Authenticity: []reader.Authenticity{{Feature: "holograms", Result: reader.WasNotDone}}}, nil)
	require.Equal(t, border.NotChecked, f.Outcome, "what was not done is never fine")
}

func FuzzSoftware(f *testing.F) {
	f.Add([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, 2})
	f.Fuzz(func(_ *testing.T, data []byte) { _ = crosscheck.Software(data) })
}
