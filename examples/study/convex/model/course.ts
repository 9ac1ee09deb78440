/** The course of the demo: what there is to learn about water. */

export interface CourseQuestion {
  readonly prompt: string;
  /** The right one first: the seed moves it. */
  readonly options: readonly [string, string, string, string];
  readonly explanation: string;
}

export interface CourseModule {
  readonly title: string;
  readonly questions: readonly CourseQuestion[];
}

export interface CourseClass {
  readonly name: string;
  readonly modules: readonly CourseModule[];
}

const question = (prompt: string, options: CourseQuestion["options"], explanation: string): CourseQuestion => ({ prompt, options, explanation });

export const COURSE: readonly CourseClass[] = [
  {
    name: "Fresh water",
    modules: [
      {
        title: "The water cycle",
        questions: [
          question("What drives the water cycle?", ["Energy from the sun", "The rotation of the Earth", "Heat from the Earth's core", "The pull of the moon"], "The sun evaporates water and so lifts it against gravity; the rest of the cycle is its way back down."),
          question("What is the passage of water from plants into the air called?", ["Transpiration", "Infiltration", "Condensation", "Sublimation"], "Plants take up water by their roots and give most of it off through pores of their leaves."),
          question("Where is most of the water of the Earth?", ["In the oceans", "In ice caps and glaciers", "Underground", "In lakes and rivers"], "About 97 % of all water is in the oceans."),
          question("Which change of state forms the droplets of a cloud?", ["Condensation", "Evaporation", "Melting", "Sublimation"], "Air that rises cools, and its vapour condenses on fine particles."),
          question("How long does water stay in the atmosphere on average?", ["About nine days", "About nine hours", "About nine months", "About nine years"], "The air holds little water at a time and passes it on within days."),
        ],
      },
      {
        title: "Rivers",
        questions: [
          question("What separates two neighbouring drainage basins?", ["A divide", "A delta", "A confluence", "A meander"], "Rain that falls on one side of a divide never meets what falls on the other, short of the sea."),
          question("Where in a bend does a river erode its bank?", ["On the outside", "On the inside", "On both sides alike", "Only at its bed"], "Water is fastest on the outside of a bend; on the inside it is slow and lays sand down."),
          question("What is left when a river cuts off one of its meanders?", ["An oxbow lake", "A kettle lake", "A crater lake", "A tarn"], "The old bend is sealed at both ends and stays as a curved lake."),
          question("What is the order of a stream in which two streams of order 2 meet?", ["3", "2", "4", "1"], "After Strahler, the order rises by one where two streams of the same order meet."),
          question("Why do deltas form at the mouths of rivers?", ["The water slows and drops its sediment", "The tide carves channels", "Salt dissolves the bed", "The river gathers speed"], "Slower water carries less; what it lets go of builds land."),
        ],
      },
      {
        title: "Groundwater",
        questions: [
          question("What is the upper surface of the saturated zone called?", ["The water table", "The bedrock", "The capillary fringe", "The aquitard"], "Below the water table all pores are full of water."),
          question("What is a layer called that gives water to wells readily?", ["An aquifer", "An aquiclude", "A permafrost", "A regolith"], "Sand, gravel and fractured rock make good aquifers."),
          question("What makes an artesian well flow by itself?", ["Pressure of a confined aquifer", "Heat of the rock", "A pump at the surface", "Tides of the groundwater"], "Where the aquifer is confined and fed from higher ground, its water rises above it."),
          question("Which law describes the flow of water through sand?", ["Darcy's law", "Hooke's law", "Ohm's law", "Boyle's law"], "Flow is proportional to the gradient of the head and to the conductivity of the sand."),
          question("What can happen to the land above an aquifer that is pumped too much?", ["It subsides", "It rises", "It freezes", "Nothing ever does"], "Clay layers that lose their water are compacted, and most of that cannot be undone."),
        ],
      },
      {
        title: "Ice and snow",
        questions: [
          question("Where is most of the fresh water of the Earth?", ["In glaciers and ice sheets", "In lakes", "In rivers", "In the soil"], "About two thirds of all fresh water is ice, most of it in Antarctica."),
          question("What is old snow called that is on its way to becoming glacier ice?", ["Firn", "Frazil", "Hoar", "Graupel"], "Snow that outlives a summer is compacted into firn, and then into ice."),
          question("What is a heap of rubble called that a glacier leaves?", ["A moraine", "A levee", "A dune", "A talus"], "Moraines mark where the ice once ended, and its sides."),
          question("At what temperature is fresh water densest?", ["About 4 °C", "0 °C", "About 10 °C", "100 °C"], "So lakes freeze from above, and at their bottom it stays liquid."),
          question("Why does ice look blue in a deep crevasse?", ["It absorbs red light", "It mirrors the sky", "It has blue algae in it", "It is coloured by copper"], "Ice absorbs a little red; over metres of it, blue is what remains."),
        ],
      },
    ],
  },
  {
    name: "The sea",
    modules: [
      {
        title: "Tides",
        questions: [
          question("What causes most of the tides?", ["The gravity of the moon", "Winds", "The rotation of the Earth alone", "Earthquakes"], "The moon's pull is stronger on the near side and weaker on the far side: two bulges."),
          question("When are tides largest?", ["At new and full moon", "At half moon", "At noon", "In calm weather"], "Sun and moon then pull along one line: spring tides."),
          question("What are the smallest tides called?", ["Neap tides", "Spring tides", "Ebb tides", "Rip tides"], "At half moon the sun's tide takes away from the moon's."),
          question("How long is it from one high tide to the next, on most coasts?", ["About 12 h 25 min", "About 6 h", "24 h exactly", "About 18 h"], "Half of the time that the moon takes to stand over the same place again."),
          question("Where are the highest tides of the world?", ["In the Bay of Fundy", "In the Mediterranean", "In the Baltic", "In the Caribbean"], "The bay resonates with the tide, which reaches up to 16 metres."),
        ],
      },
      {
        title: "Currents",
        questions: [
          question("What drives the currents at the surface of the sea?", ["Winds", "Tides", "Rivers", "Ships"], "Steady winds drag the surface along; coasts and the Earth's rotation turn it into gyres."),
          question("What drives the deep circulation?", ["Differences of temperature and salt", "Winds at the surface alone", "The moon", "Volcanoes"], "Cold, salty water is dense and sinks."),
          question("Which way does the Coriolis effect turn a current of the northern hemisphere?", ["To the right", "To the left", "Downwards", "Not at all"], "Seen along its way, it is turned to the right in the north and to the left in the south."),
          question("What is the rising of deep, cold water along a coast called?", ["Upwelling", "Downwelling", "Subduction", "Backwash"], "It brings nutrients to the light, and feeds great fisheries."),
          question("What is the average salt content of sea water?", ["About 3.5 %", "About 0.35 %", "About 10 %", "About 35 %"], "Thirty-five grams of salt in a kilogram of water."),
        ],
      },
    ],
  },
];

/** Pen names of the demo's students. */
export const RIVERS: readonly string[] = [
  ..."Aare Amazon Amur Brahmaputra Colorado Congo Danube Dnieper Don Dordogne Douro Ebro Elbe Euphrates Fraser Gambia Ganges Garonne Indus Irrawaddy".split(" "),
  ..."Jordan Kemi Lena Limpopo Loire Mackenzie Mekong Murray Neva Niger Nile Oder Orinoco Paraná Po Rhine Rhône Saône Seine Tagus".split(" "),
];
