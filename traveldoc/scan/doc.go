// Package scan reads the machine readable zone from the picture of a page: a scan or a photo, in any of four orientations, skewed, of
// unknown resolution. It finds the lines, lays a grid of fixed pitch over them, classifies each cell and weighs what it saw together
// with the rules of the zone (ICAO Doc 9303-3: classes of fields, check digits). It exists because the gain over a general reader comes
// from the one grid and the one alphabet. It must never repair silently: what the cells alone say is always given beside the reading,
// with a confidence for each character, and a reading that the check digits ask for is only taken where the picture allows it.
package scan
