// Package photo judges portraits: size, face, focus, light and background, held against the proportions of ICAO Doc 9303-3 and ISO/IEC
// 19794-5. It exists to tell an applicant at once what is wrong with a picture, with the value measured and the value expected.
//
// It must never refuse a portrait by itself, never call what it could not measure good, and never say who somebody is.
package photo
