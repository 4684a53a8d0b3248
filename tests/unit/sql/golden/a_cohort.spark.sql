/* step_1_columns */ SELECT CAST(`patient_id` AS BIGINT) AS `patient_id`, CAST(`born` AS DATE) AS `born`, CAST(`name` AS STRING) AS `name`, CAST(`score` AS BIGINT) AS `score`
FROM (SELECT `rows`.`patient_id`, `rows`.`born`, `rows`.`name`, `rows`.`score` 
FROM `patients` AS `rows` 
WHERE `rows`.`patient_id` IS NOT NULL);

-- $1 = 2000-01-01
-- $2 = "it's; --"
/* step_2_population */ SELECT CAST(`patient_id` AS BIGINT) AS `patient_id`
FROM (SELECT `patient_id` 
FROM (SELECT `everyone`.`patient_id` AS `patient_id`, `step_1_columns`.`born` AS `x1`, `step_1_columns`.`name` AS `x2` 
FROM (SELECT `mentioned`.`patient_id` AS `patient_id` 
FROM (SELECT `step_1_columns`.`patient_id` AS `patient_id` 
FROM `step_1_columns` 
WHERE `step_1_columns`.`patient_id` IS NOT NULL) AS `mentioned`) AS `everyone` LEFT OUTER JOIN `step_1_columns` AS `step_1_columns` ON `step_1_columns`.`patient_id` = `everyone`.`patient_id`) AS `layer_0` 
WHERE ((`x1` < CAST($1 AS DATE)) AND (`x2` = CAST($2 AS STRING))));

/* step_3_rows */ SELECT CAST(`patient_id` AS BIGINT) AS `patient_id`, CAST(`a1` AS BIGINT) AS `a1`, CAST(`a2` AS DATE) AS `a2`
FROM (SELECT `patient_id`, count(CASE WHEN (`date` IS NULL) THEN 1 END) AS `a1`, min(`date`) AS `a2` 
FROM (SELECT `rows`.`patient_id` AS `patient_id`, `rows`.`date` AS `date` 
FROM `visits` AS `rows` JOIN `step_2_population` AS `population` ON `population`.`patient_id` = `rows`.`patient_id`) AS `layer_0` GROUP BY `patient_id`);

-- $1 = 0
-- $2 = 30
/* step_4_rows */ SELECT CAST(`patient_id` AS BIGINT) AS `patient_id`, CAST(`a1` AS BIGINT) AS `a1`, CAST(`a2` AS BIGINT) AS `a2`
FROM (SELECT `patient_id`, count(1) AS `a1`, TRY_CAST(sum(CAST(`number` AS NUMERIC(20, 0))) AS BIGINT) AS `a2` 
FROM (SELECT `patient_id`, `date`, `number`, CASE WHEN (CAST($1 AS BIGINT) < `x1`) THEN CAST(NULL AS DATE) ELSE `x2` END AS `x5` 
FROM (SELECT `rows`.`patient_id` AS `patient_id`, coalesce(`step_3_rows`.`a1`, 0) AS `x1`, `step_3_rows`.`a2` AS `x2`, `rows`.`date` AS `date`, `rows`.`number` AS `number` 
FROM `events` AS `rows` JOIN `step_2_population` AS `population` ON `population`.`patient_id` = `rows`.`patient_id` LEFT OUTER JOIN `step_3_rows` AS `step_3_rows` ON `step_3_rows`.`patient_id` = `rows`.`patient_id`) AS `layer_0`) AS `layer_1` 
WHERE (`x5` <= `date`) AND (`date` <= CASE WHEN (date_add(`x5`, TRY_CAST(CAST($2 AS BIGINT) AS INTEGER)) BETWEEN DATE'0001-01-01' AND DATE'9999-12-31') THEN date_add(`x5`, TRY_CAST(CAST($2 AS BIGINT) AS INTEGER)) END) GROUP BY `patient_id`);

-- $1 = 0
-- $2 = 2024-01-01
SELECT `patient_id`, CAST(CASE WHEN (CAST($1 AS BIGINT) < `x1`) THEN CAST(NULL AS DATE) ELSE `x2` END AS DATE) AS `first`, CAST(`x3` AS BIGINT) AS `soon`, CAST(`x4` AS BIGINT) AS `total`, CAST(CASE WHEN (abs(CAST(`x4` AS DOUBLE) / CASE WHEN (CAST(`x5` AS DOUBLE) != 0) THEN CAST(`x5` AS DOUBLE) END) < CAST('inf' AS DOUBLE)) THEN CAST(`x4` AS DOUBLE) / CASE WHEN (CAST(`x5` AS DOUBLE) != 0) THEN CAST(`x5` AS DOUBLE) END END AS DOUBLE) AS `share`, CAST((CAST(EXTRACT(year FROM CAST($2 AS DATE)) AS BIGINT) - CAST(EXTRACT(year FROM `x6`) AS BIGINT)) - CASE WHEN (CAST(EXTRACT(month FROM CAST($2 AS DATE)) AS BIGINT) - CAST(EXTRACT(month FROM `x6`) AS BIGINT) < 0 OR CAST(EXTRACT(month FROM CAST($2 AS DATE)) AS BIGINT) - CAST(EXTRACT(month FROM `x6`) AS BIGINT) = 0 AND CAST(EXTRACT(day FROM CAST($2 AS DATE)) AS BIGINT) < CAST(EXTRACT(day FROM `x6`) AS BIGINT)) THEN 1 ELSE 0 END AS BIGINT) AS `age` 
FROM (SELECT `population`.`patient_id` AS `patient_id`, coalesce(`step_3_rows`.`a1`, 0) AS `x1`, `step_3_rows`.`a2` AS `x2`, coalesce(`step_4_rows`.`a1`, 0) AS `x3`, `step_4_rows`.`a2` AS `x4`, `step_1_columns`.`score` AS `x5`, `step_1_columns`.`born` AS `x6` 
FROM `step_2_population` AS `population` LEFT OUTER JOIN `step_3_rows` AS `step_3_rows` ON `step_3_rows`.`patient_id` = `population`.`patient_id` LEFT OUTER JOIN `step_4_rows` AS `step_4_rows` ON `step_4_rows`.`patient_id` = `population`.`patient_id` LEFT OUTER JOIN `step_1_columns` AS `step_1_columns` ON `step_1_columns`.`patient_id` = `population`.`patient_id`) AS `layer_0` ORDER BY `patient_id` ASC NULLS FIRST;
