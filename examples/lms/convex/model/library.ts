/** The courses of the demo. */

export interface LibraryCourse {
  readonly teacher: string;
  readonly title: string;
  readonly summary: string;
  readonly lessons: readonly { readonly title: string; readonly body: string }[];
  readonly assignment: { readonly title: string; readonly instructions: string; readonly pointsMax: number };
}

/** Accounts of the issuer. */
export const TEACHERS = ["Rowan", "Hazel"] as const;
export const LEARNERS = ["Juniper", "Linden", "Alder", "Willow"] as const;

export const LIBRARY: readonly LibraryCourse[] = [
  {
    teacher: "Rowan",
    title: "Botany for walkers",
    summary: "Name what grows beside the path. A course for people who look down as often as they look up, with nothing to buy but a notebook.",
    lessons: [
      {
        title: "How to look at a leaf",
        body: "Before names come habits of seeing. Pick one leaf and hold it against the light.\n\n## Three questions\n\nIs the edge smooth, toothed or lobed? Do the veins run side by side, or do they branch like a river? Do the leaves stand opposite each other on the twig, or do they take turns?\n\nThree answers already tell an ash from an elder. Write them down before you look anything up: what you have written, you have seen.",
      },
      {
        title: "Roots and what they trade",
        body: "A root tip is a negotiator. It drinks, it anchors, and with most plants it lives in partnership with a fungus.\n\n## The bargain\n\nThe fungus, called mycorrhiza once it has joined the root, reaches water and phosphorus that the root alone could not. The plant pays in sugar made by photosynthesis. Up to a fifth of what a tree makes in a summer goes underground as payment.\n\nThis is why a seedling does better near an old tree of its own kind.",
      },
      {
        title: "Flowers in families",
        body: "You need not know ten thousand flowers. You need to know a dozen families.\n\n## Four petals in a cross\n\nThat is the cabbage family, from cress to wallflower.\n\n## A lip to land on\n\nThat is the mint family, and its stem is square: roll it between your fingers.\n\n## Many flowers pretending to be one\n\nThat is the daisy family. Pull a daisy apart and count: each yellow dot has its own pistil.",
      },
      {
        title: "Winter twigs",
        body: "In winter the buds give everything away. The black buds of the ash, the long brown cigars of the beech, the sticky lacquer of the horse chestnut.\n\nTake a lens. The scar below each bud is where last year's leaf was tied on, and the dots in the scar are the severed veins. A horse chestnut's scar is a horseshoe with its nails.",
      },
    ],
    assignment: { title: "A page from your notebook", instructions: "Choose one plant within ten minutes of your door. Describe leaf, stem and flower in your own words, without naming it, so that somebody else could find it.\n\nA photo or a drawing is welcome.", pointsMax: 20 },
  },
  {
    teacher: "Hazel",
    title: "The night sky, unaided",
    summary: "Ten objects that need no telescope, and the mathematics that told us what they are.",
    lessons: [
      {
        title: "Finding north without a compass",
        body: "Begin with the Plough. Follow the two stars at the front of its bowl, five times their distance, and you arrive at Polaris.\n\nPolaris is not bright. It is merely patient: everything else turns around it. Its height above the horizon is your latitude, give or take a degree.",
      },
      {
        title: "Why planets wander",
        body: "Stars keep their places relative to each other. Planets do not, and *planet* is Greek for wanderer.\n\n## Retrograde\n\nOnce a year Mars stops, goes back, stops, and goes on. Nothing happens to Mars. We overtake it on the inside lane.",
      },
      {
        title: "The colour of a star is its temperature",
        body: "Betelgeuse is red and cool, at 3,500 degrees. Rigel is blue and hot, at 12,000. Both are in Orion, an outstretched arm apart, so you can compare them in one glance.\n\nThe law behind it was found by looking into furnaces.",
      },
    ],
    assignment: { title: "One hour of turning", instructions: "Draw the Plough and Polaris twice, an hour apart, with the horizon. How many degrees did it turn? How many should it have?", pointsMax: 10 },
  },
  {
    teacher: "Rowan",
    title: "Bread, slowly",
    summary: "Flour, water, salt, and the small creatures who do the work while you sleep.",
    lessons: [
      { title: "Keeping a starter", body: "Equal weights of flour and water, a jar, and a week. Each day throw half away and feed the rest.\n\nWhat grows is a truce between wild yeasts, which raise the dough, and lactic bacteria, which make it keep." },
      { title: "What gluten is", body: "Two proteins that do nothing when dry. Wet them and they hold hands; fold them and they line up. Time does most of what kneading does." },
      { title: "Reading the crust", body: "A pale crust is a shy baker. The Maillard reaction, sugars and amino acids above 140 degrees, is where most of the flavour is." },
    ],
    assignment: { title: "A loaf, explained", instructions: "Bake any loaf. Tell what you would change next time, and why.", pointsMax: 10 },
  },
  {
    teacher: "Hazel",
    title: "Arguments and how they fail",
    summary: "Tell a reason from a cause, an objection from an insult, and a slippery slope from a staircase.",
    lessons: [
      { title: "Premise, inference, conclusion", body: "Write the conclusion first. Then ask of every other sentence: does it carry weight, or is it wallpaper?" },
      { title: "Seven ways to be wrong politely", body: "A fallacy is an argument that persuades more than it should. Learn the seven most common ones, and look for them in your own writing before anybody else's." },
    ],
    assignment: { title: "Take one apart", instructions: "Find a leading article of this week. Number its premises. Which one would you deny, and what follows if you do?", pointsMax: 15 },
  },
];
