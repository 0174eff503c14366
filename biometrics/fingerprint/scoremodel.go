package fingerprint

// The numbers below are written by the fit: see fit_test.go.

// modelOfFields is for prints that both have a field of the ridges.
func modelOfFields() model {
	return model{
		weights: [features]float32{
			featureAlike:   0,
			featureApart:   -0.4656,
			featureOverlap: 1.927,
			featureEdges:   2.296,
			featureShare:   9.153,
			featureRidges:  -1.532,
		},
		bias:  -5.513,
		scale: [scaleKnots]float64{-10.11, -3.132, 0.1015, 2.146, 4.19},
		slope: 4.892,
	}
}

// modelOfMinutiae is for prints of which at least one has minutiae alone.
func modelOfMinutiae() model {
	return model{
		weights: [features]float32{
			featureAlike:   3.2,
			featureApart:   -0.3764,
			featureOverlap: 0.6458,
			featureEdges:   2.628,
			featureShare:   8.597,
			featureRidges:  0,
		},
		bias:  1.637,
		scale: [scaleKnots]float64{-8.367, -2.348, 0.1174, 1.74, 3.362},
		slope: 6.164,
	}
}
