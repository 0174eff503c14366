package sbi_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/biometrics/synthetic"
)

func TestDecodeFIR(t *testing.T) {
	image := synthetic.NewFinger(7, synthetic.Options{}).Impression(synthetic.Pose{})
	for _, c := range []fir.Compression{fir.Raw, fir.PNG, fir.WSQ} {
		taken := fir.Print{Image: image, Position: biometrics.LeftRing, Compression: c, Captured: noon()}
		one, err := fir.Encode(taken)
		require.NoError(t, err)
		raw, err := one.MarshalBinary()
		require.NoError(t, err)
		got, err := sbi.DecodeFIR(raw)
		require.NoError(t, err)
		require.Equal(t, biometrics.LeftRing, got.Position)
		require.Equal(t, image.Width, got.Image.Width)
		require.InDelta(t, image.PPI, got.Image.PPI, 1)
		require.Nil(t, got.NFIQ2)
		if c != fir.WSQ {
			require.Equal(t, image.Pix, got.Image.Pix)
		}
		two, err := fir.Encode(taken, taken)
		require.NoError(t, err)
		raw, err = two.MarshalBinary()
		require.NoError(t, err)
		_, err = sbi.DecodeFIR(raw)
		require.Error(t, err, "a print is one image")
	}
	_, err := sbi.DecodeFIR([]byte("FIR\x00"))
	require.Error(t, err)
}

func TestAScoreThatSaysSoIsNFIQ2(t *testing.T) {
	image := synthetic.NewFinger(7, synthetic.Options{}).Impression(synthetic.Pose{})
	of := func(decode sbi.Decoder, blocks ...fir.Quality) *int {
		one, err := fir.Encode(fir.Print{
			Image: image, Position: biometrics.LeftRing, Compression: fir.Raw, Captured: noon(), Qualities: blocks,
		})
		require.NoError(t, err)
		raw, err := one.MarshalBinary()
		require.NoError(t, err)
		got, err := decode(raw)
		require.NoError(t, err)
		return got.NFIQ2
	}
	makers := fir.Quality{Score: 91, Vendor: 0x1234, Algorithm: 0x18}
	for _, a := range sbi.NFIQ2Algorithms() {
		got := of(sbi.DecodeFIR, makers, fir.Quality{Score: 47, Vendor: a.Vendor, Algorithm: a.Algorithm})
		require.NotNil(t, got)
		require.Equal(t, 47, *got)
	}
	require.Equal(t, 60, *of(sbi.DecodeFIR, fir.Quality{Score: 50, Vendor: 0x0101, Algorithm: 0x01}, fir.Quality{Score: 60, Vendor: 0x0101, Algorithm: 0x39}),
		"the newest revision counts")
	require.Nil(t, of(sbi.DecodeFIR, makers), "a maker's own score is no NFIQ 2")
	require.Nil(t, of(sbi.DecodeFIR, fir.Quality{Score: 47, Vendor: 0x0101, Algorithm: 0x02}), "one measure of NFIQ 2 is not its score")
	require.Nil(t, of(sbi.DecodeFIR, fir.Quality{Score: 255, Vendor: 0x0101, Algorithm: 0x18}), "it failed")
	require.Equal(t, 91, *of(sbi.DecodeFIRWith([]sbi.QualityAlgorithm{{Vendor: 0x1234, Algorithm: 0x18}}), makers))
}
